"""承接: what a department that is no more leaves passes on by one recorded step; nobody hands it anything any more."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.figures.rates import Rate, counted
from dispatch.tickets import counties, facts, joint, reach, referrals, secrecy, shares, succeeding
from dispatch.tickets.handings import Handing, Way
from dispatch.tickets.needs import doable
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department, Succession
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

Bring = Callable[..., Ticket]
AT = later(hours=1)
TODAY = local_day(NOON)


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def heir(session: Session) -> Department:
    return town.unit(session, "102", "玉溪市城市运行局")


@pytest.fixture
def theirs(session: Session, heir: Department) -> Account:
    return town.somebody(session, Role.LIAISON, of=heir, login="theirs")


@pytest.fixture
def bring(session: Session, settings: Settings, staff: Staff) -> Bring:
    def brought(state: State, **matter: object) -> Ticket:
        return town.bring(session, town.ticket(session, settings, code="", **matter), state, by=staff, settings=settings)  # type: ignore[arg-type]

    return brought


def ends(session: Session, unit: Department, *, into: Department | None = None) -> None:
    """It is no more from today on, and has passed into the other."""
    unit.effective_to = TODAY
    if into is not None:
        session.add(Succession(predecessor_id=unit.id, successor_id=into.id, kind="merged", on=TODAY))
    session.flush()


def told(session: Session, login: str) -> list[str]:
    query = select(Notice.topic).join(Account, Account.id == Notice.account_id).where(Account.login == login)
    return [str(topic) for topic in session.scalars(query.order_by(Notice.id))]


@pytest.mark.parametrize("state", sorted(succeeding.HELD))
def test_an_open_ticket_passes_on_as_it_stands_and_the_new_department_is_alerted(
    session: Session, settings: Settings, staff: Staff, heir: Department, theirs: Account, bring: Bring, state: State
) -> None:
    row = bring(State.IN_HAND if state == State.NEEDS_FACTS else state)
    if state == State.NEEDS_FACTS:
        facts.ask(session, row, why="哪个小区", by=staff.liaison, settings=settings, at=NOON)
    due, promised = row.due_at, row.promised_by
    ends(session, staff.office, into=heir)
    succeeding.succeed(session, row, to=heir, why="玉机编〔2026〕8号", by=staff.supervisor, settings=settings, at=AT)
    session.flush()
    assert (row.state, row.department_id, row.due_at, row.promised_by) == (state, heir.id, due, promised)
    step = row.steps[-1]
    assert (step.action, step.by, step.why, step.detail) == (
        Action.SUCCEED, "supervisor", "玉机编〔2026〕8号", {"department": heir.name, "formerly": staff.office.name})  # fmt: skip
    assert told(session, "theirs") == ["new"]
    assert told(session, "liaison")[-1] == "gone"
    assert reach.ticket(session, row.number, account=theirs) is row
    assert reach.ticket(session, row.number, account=staff.liaison) is None
    assert "ticket.succeed" in session.scalars(select(AuditRow.deed).where(AuditRow.thing == row.number)).all()


def test_the_new_department_opens_accepts_and_answers_it_itself(session: Session, settings: Settings, staff: Staff, heir: Department, theirs: Account, bring: Bring) -> None:
    row = bring(State.TO_ACCEPT)
    referrals.opened(session, row, by=staff.liaison, at=NOON)
    ends(session, staff.office, into=heir)
    succeeding.succeed(session, row, to=heir, why="合并", by=staff.supervisor, settings=settings, at=AT)
    with pytest.raises(ReferralError, match="请先打开"):
        referrals.accept(session, row, by=theirs, at=AT)
    referrals.opened(session, row, by=theirs, at=AT)
    referrals.accept(session, row, by=theirs, at=AT)
    referrals.reply(session, row, text="已办。", personal=False, by=theirs, at=AT)
    referrals.sign(session, row, no_secrets=True, by=town.somebody(session, Role.LEADER, of=heir, login="head"), at=AT)
    session.flush()
    rows = session.scalars(select(Handing).order_by(Handing.id)).all()
    assert [(h.department_id, h.way, h.ended, h.accepted_at, h.answered_at) for h in rows] == [
        (staff.office.id, Way.HANDED, Action.SUCCEED, None, None), (heir.id, Way.PASSED, "", AT, AT)]  # fmt: skip
    assert rows[1].accept_by == row.accept_by


def test_an_answer_that_was_signed_before_is_counted_once(session: Session, settings: Settings, staff: Staff, heir: Department, bring: Bring) -> None:
    row = bring(State.TO_CHECK)
    ends(session, staff.office, into=heir)
    succeeding.succeed(session, row, to=heir, why="合并", by=staff.supervisor, settings=settings, at=AT)
    answered = counted(Rate.ANSWERED, at=AT)
    query = select(Handing.department_id).where(answered.whole, answered.part)
    assert session.scalars(query).all() == [heir.id]


def test_what_a_department_left_is_listed_and_passes_on_in_one_step(session: Session, settings: Settings, staff: Staff, heir: Department, bring: Bring) -> None:
    rows = [bring(State.TO_ACCEPT), bring(State.IN_HAND), bring(State.TO_CHECK)]
    against = bring(State.IN_HAND, klass=Klass.COMPLAINT, complained_of="城市运行局")
    bring(State.TO_CALL_BACK)
    assert succeeding.left(session, on=TODAY) == []
    ends(session, staff.office, into=heir)
    (left,) = succeeding.left(session, on=TODAY)
    assert (left.unit, list(left.tickets), list(left.heirs)) == (staff.office, [*rows, against], [heir])
    assert staff.competent is not None
    done = succeeding.pass_all(session, staff.office, to=heir, why="合并", by=staff.competent, settings=settings, at=AT)
    assert done == (3, 1)
    assert {row.department_id for row in rows} == {heir.id}
    assert (against.state, against.department_id, against.steps[-1].action) == (State.TO_DISPATCH, None, Action.TAKE_AWAY)
    assert succeeding.left(session, on=TODAY) == []


def test_nobody_stands_for_it_so_all_wait_to_be_dispatched_again(session: Session, settings: Settings, staff: Staff, bring: Bring) -> None:
    row, waits = bring(State.IN_HAND), bring(State.IN_HAND)
    facts.ask(session, waits, why="哪个小区", by=staff.liaison, settings=settings, at=NOON)
    row.imposed = True
    ends(session, staff.office)
    assert staff.competent is not None
    assert succeeding.pass_all(session, staff.office, to=None, why="撤销", by=staff.competent, settings=settings, at=AT) == (0, 2)
    for one in (row, waits):
        assert (one.state, one.department_id, one.due_at, one.returned, one.imposed, one.facts_by) == (State.TO_DISPATCH, None, None, 0, False, None)
        assert one.dispatch_by is not None, "who dispatches has a clock"
    assert told(session, "supervisor").count("to_dispatch") == 4, "of each, when it came and when it came back"
    other = town.unit(session, "103", "玉溪市民政局")
    referrals.dispatch(session, row, to=other, by=staff.supervisor, settings=settings, at=AT)
    assert (row.department_id, row.due_from) == (other.id, AT)


def test_a_department_that_does_its_work_keeps_its_tickets(session: Session, settings: Settings, staff: Staff, heir: Department, bring: Bring) -> None:
    row = bring(State.IN_HAND)
    assert doable(row, staff.supervisor, at=AT) & {Action.SUCCEED, Action.TAKE_AWAY} == set()
    with pytest.raises(ReferralError, match="仍在履职"):
        succeeding.take_away(session, row, why="x", by=staff.supervisor, settings=settings, at=AT)
    ends(session, staff.office)
    assert doable(row, staff.supervisor, at=AT) >= {Action.SUCCEED, Action.TAKE_AWAY}
    assert doable(row, staff.liaison, at=AT) & {Action.SUCCEED, Action.TAKE_AWAY} == set()
    for to in (heir, staff.office):
        with pytest.raises(ReferralError, match="已登记的承接单位"):
            succeeding.succeed(session, row, to=to, why="x", by=staff.supervisor, settings=settings, at=AT)
    with pytest.raises(ReferralError, match="请说明理由"):
        succeeding.take_away(session, row, why=" ", by=staff.supervisor, settings=settings, at=AT)


def test_shares_that_it_owed_are_asked_of_who_stands_for_it(session: Session, settings: Settings, staff: Staff, heir: Department, bring: Bring) -> None:
    other = town.unit(session, "103", "玉溪市民政局")
    row = bring(State.IN_HAND)
    joint.ask(session, row, of=other, words="请核对", by=staff.supervisor, settings=settings, at=NOON)
    ends(session, other, into=heir)
    succeeding.pass_all(session, other, to=heir, why="合并", by=staff.supervisor, settings=settings, at=AT)
    assert [(s.department_id, s.asked, s.ended_at) for s in shares.of(session, row)] == [(other.id, "请核对", AT), (heir.id, "请核对", None)]
    assert row.shares_open == 1
    ends(session, staff.office, into=heir)
    succeeding.succeed(session, row, to=heir, why="合并", by=staff.supervisor, settings=settings, at=AT)
    assert row.shares_open == 0, "it is in charge itself now"


@pytest.mark.parametrize("out", ["gone", "not yet"])
def test_nothing_is_handed_to_a_department_that_is_not_there(session: Session, settings: Settings, staff: Staff, out: str, bring: Bring) -> None:
    absent = town.unit(session, "104", "易门县民政局")
    absent.effective_to, absent.effective_from = (TODAY, None) if out == "gone" else (None, local_day(later(days=1)))
    row, again = town.ticket(session, settings, code=""), bring(State.IN_HAND)
    with pytest.raises(ReferralError, match="停止服务"):
        referrals.dispatch(session, row, to=absent, by=staff.supervisor, settings=settings, at=AT)
    with pytest.raises(ReferralError, match="停止服务"):
        joint.ask(session, again, of=absent, words="请核对", by=staff.supervisor, settings=settings, at=AT)
    row.returned = 2
    assert staff.competent is not None
    with pytest.raises(ReferralError, match="停止服务"):
        referrals.impose(session, row, to=absent, why="x", by=staff.competent, settings=settings, at=AT)
    absent.county_code, absent.level = "530425", "county"
    office = town.somebody(session, Role.COUNTY_OFFICE, county="530425")
    row.returned = 0
    counties.hand_down(session, row, county="530425", by=staff.supervisor, settings=settings, at=AT)
    with pytest.raises(ReferralError, match="停止服务"):
        referrals.dispatch(session, row, to=absent, by=office, settings=settings, at=AT)


def test_what_names_a_caller_who_asked_for_secrecy_since_is_written_anew_before_another_has_it(
    session: Session, settings: Settings, staff: Staff, heir: Department, bring: Bring
) -> None:
    named, plain = bring(State.IN_HAND, summary="王小明称居住证到期。", caller_name="王小明"), bring(State.IN_HAND)
    secrecy.ask(session, named, why="来电提出", by=staff.supervisor, at=NOON)
    ends(session, staff.office, into=heir)
    with pytest.raises(ReferralError, match="不能再交其他单位"):
        succeeding.succeed(session, named, to=heir, why="机构改革", by=staff.supervisor, settings=settings, at=AT)
    assert succeeding.pass_all(session, staff.office, to=heir, why="机构改革", by=staff.supervisor, settings=settings, at=AT) == (1, 1)
    assert [(one.state, one.department_id) for one in (named, plain)] == [(State.TO_DISPATCH, None), (State.IN_HAND, heir.id)]
