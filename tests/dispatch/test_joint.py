"""协办: other departments give their share of a matter, each in its own time; nothing is signed before all have."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch.clocks import recounting
from dispatch.tickets import asides, facts, joint, reach, referrals, secrecy, share_list, shares
from dispatch.tickets.shares import Outcome, Share
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, Urgency
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.calendar.days import CalendarDay
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local, local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def other(session: Session) -> Department:
    return town.unit(session, "102", "玉溪市住建局")


@pytest.fixture
def theirs(session: Session, other: Department) -> Account:
    return town.somebody(session, Role.LIAISON, of=other, login="theirs")


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)


def ask(session: Session, row: Ticket, of: Department, staff: Staff, settings: Settings, *, hours: float = 0) -> Share:
    return joint.ask(session, row, of=of, words="请说明规划依据", by=staff.supervisor, settings=settings, at=later(hours=hours))


def told(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(Account.login, Notice.topic).join(Account, Account.id == Notice.account_id).order_by(Notice.id))
    return [(login, str(topic)) for login, topic in rows if "share" in topic or topic == "returned"]


def listed(session: Session, account: Account) -> list[Share]:
    return [share for part in share_list.listed(session, account) for share in session.scalars(part)]


def signed(session: Session, row: Ticket, staff: Staff) -> None:
    referrals.reply(session, row, text="已核实。", personal=False, by=staff.liaison, at=later(hours=3))
    referrals.sign(session, row, no_secrets=True, by=staff.leader, at=later(hours=3))


def test_all_shares_are_in_before_the_leader_signs_and_the_answer_is_made_of_them(session: Session, settings: Settings, staff: Staff, row: Ticket, other: Department, theirs: Account) -> None:
    third = town.unit(session, "103", "玉溪市水利局")
    joint.want(session, row, why="须住建局说明规划", by=staff.liaison, at=NOON)
    first, second = ask(session, row, other, staff, settings), ask(session, row, third, staff, settings)
    assert f"{local(first.due_at):%m-%d %H:%M}" == "11-25 18:00"  # two working days, its own
    for _ in range(2):
        with pytest.raises(ReferralError, match="协办单位尚未反馈"):
            signed(session, row, staff)
        if first.outcome == Outcome.OPEN:
            joint.give(session, first, words=" 该地块为绿地。 ", by=theirs, at=later(hours=1))
    joint.end(session, second, why="与水利无关", by=staff.supervisor, at=later(hours=2))
    assert shares.assembled(shares.of(session, row)) == "【玉溪市住建局】该地块为绿地。"
    signed(session, row, staff)
    assert (row.state, row.shares_open) == (State.TO_CHECK, 0)
    with pytest.raises(ReferralError, match="派发后、签发前"):
        ask(session, row, other, staff, settings)
    assert told(session) == [("supervisor", "share_wanted"), ("theirs", "share_asked"), ("liaison", "share_in"), ("liaison", "share_over")]
    session.refresh(row)
    assert [s.action for s in row.steps if "share" in s.action] == ["want_share", "share_ask", "share_ask", "share_give", "share_end"]


def test_only_the_department_that_was_asked_gives_its_share_and_only_once(session: Session, settings: Settings, staff: Staff, row: Ticket, other: Department, theirs: Account) -> None:
    county = town.somebody(session, Role.COUNTY_OFFICE, county="530402")
    with pytest.raises(ReferralError, match="本县区"):
        joint.ask(session, row, of=other, words="x", by=county, settings=settings, at=NOON)
    share = ask(session, row, other, staff, settings)
    for of in (other, staff.office):
        with pytest.raises(ReferralError, match="已在承办或协办"):
            ask(session, row, of, staff, settings)
    with pytest.raises(ReferralError, match="只有协办单位"):
        joint.give(session, share, words="x", by=staff.liaison, at=NOON)
    with pytest.raises(ReferralError, match="退回协办必须说明理由"):
        joint.give_back(session, share, why=" ", by=theirs, at=NOON)
    joint.give_back(session, share, why="不属我局职责", by=theirs, at=NOON)
    with pytest.raises(ReferralError, match="已结束"):
        joint.give(session, share, words="x", by=theirs, at=NOON)
    assert told(session)[-2:] == [("supervisor", "returned"), ("liaison", "share_over")]
    assert (row.shares_open, share.answer) == (0, "")
    ask(session, row, other, staff, settings)  # asked again, with reason: a share of its own
    session.add(Share(ticket_id=row.id, department_id=other.id, asked="x", at=NOON, by="x", due_at=NOON))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("deed", ["return", "withdraw"])
def test_nobody_owes_a_share_of_what_went_elsewhere(session: Session, settings: Settings, staff: Staff, row: Ticket, other: Department, theirs: Account, deed: str) -> None:
    share = ask(session, row, other, staff, settings)
    if deed == "return":
        referrals.give_back(session, row, why="不属我局", by=staff.liaison, settings=settings, at=later(hours=1))
    else:
        asides.withdraw(session, row, why="已解决", by=staff.supervisor, at=later(hours=1))
    assert (share.outcome, row.shares_open) == (Outcome.ENDED, 0)
    assert ("theirs", "share_over") in told(session)


def test_its_clock_stands_while_the_caller_is_waited_for_and_it_is_late_once(session: Session, settings: Settings, staff: Staff, row: Ticket, other: Department, theirs: Account) -> None:
    share = ask(session, row, other, staff, settings)
    assert joint.owed(session, at=later(days=2)) == []
    facts.ask(session, row, why="哪个小区", by=staff.liaison, settings=settings, at=later(hours=3))
    assert joint.owed(session, at=later(days=3)) == []  # nobody is told meanwhile
    facts.give(session, row, words="北门", by=staff.supervisor, settings=settings, at=later(hours=5))
    assert f"{local(share.due_at):%m-%d %H:%M}" == "11-26 10:30"
    assert "停表2小时" in "".join(share.why_due)
    assert joint.owed(session, at=later(days=3)) == [share.id]
    for _ in range(2):
        joint.late(session, share.id, at=later(days=3))
    assert joint.owed(session, at=later(days=4)) == []
    assert told(session)[1:] == [("theirs", "share_late"), ("liaison", "share_late")]


def test_a_share_is_never_due_after_the_answer_and_of_what_is_urgent_in_half_its_hours(session: Session, settings: Settings, staff: Staff, row: Ticket, other: Department) -> None:
    late = ask(session, row, other, staff, settings, hours=72)  # the answer is due the same day
    assert (late.due_at, late.why_due[-1].partition(" ")[2][6:]) == (row.due_at, "不晚于承办单位的期限")
    hurry = town.ticket(session, settings, code="", urgency=Urgency.CRITICAL)
    town.bring(session, hurry, State.TO_ACCEPT, by=staff, settings=settings)
    assert ask(session, hurry, other, staff, settings).due_at == NOON + timedelta(hours=4)


def test_a_changed_calendar_counts_shares_again(session: Session, settings: Settings, staff: Staff, row: Ticket, other: Department) -> None:
    share = ask(session, row, other, staff, settings)
    rest = local_day(later(days=1))
    session.add(CalendarDay(day=rest, county_code="", works=False, reason="停电", by="x", at=NOON))
    session.flush()
    assert row.id in recounting.moved(session, settings=settings)
    recounting.recount(session, row, settings=settings, at=NOON)
    assert f"{local(share.due_at):%m-%d}" == "11-26"
    assert row.id not in recounting.moved(session, settings=settings)


def test_a_department_sees_its_own_share_and_neither_ticket_nor_what_complains_of_it(session: Session, settings: Settings, staff: Staff, other: Department, theirs: Account) -> None:
    row = town.bring(session, town.ticket(session, settings, klass=Klass.COMPLAINT), State.IN_HAND, by=staff, settings=settings)
    share = ask(session, row, other, staff, settings)
    third = town.somebody(session, Role.LIAISON, of=town.unit(session, "103", "玉溪市水利局"), login="third")
    county = town.somebody(session, Role.COUNTY_OFFICE, county="530402")
    assert [reach.share(session, share.id, account=who) for who in (theirs, third, county)] == [share, None, None]
    assert reach.ticket(session, row.number, account=theirs) is None
    assert reach.share_in(session, row.number, account=theirs) == share.id
    assert listed(session, theirs) == listed(session, staff.supervisor) == [share]
    row.complained_of = other.short_name
    session.flush()
    assert reach.share(session, share.id, account=theirs) is None
    assert reach.share(session, share.id, account=staff.supervisor) is share
    assert (listed(session, theirs), listed(session, staff.supervisor)) == ([], [share])
    session.flush()
    with pytest.raises(ReferralError, match="被反映单位"):
        ask(session, row, other, staff, settings)


def test_what_names_a_caller_who_asked_for_secrecy_since_is_read_by_no_other_department(session: Session, settings: Settings, staff: Staff, other: Department) -> None:
    named = town.ticket(session, settings, code="", summary="王小明称居住证到期。", caller_name="王小明")
    town.bring(session, named, State.IN_HAND, by=staff, settings=settings)
    secrecy.ask(session, named, why="来电提出", by=staff.supervisor, at=NOON)
    with pytest.raises(ReferralError, match="不能再交其他单位"):
        ask(session, named, other, staff, settings)
    assert named.shares_open == 0


def test_no_department_of_a_county_is_asked_whose_government_is_complained_of_for_its_office_would_read_it(
    session: Session, settings: Settings, staff: Staff
) -> None:
    school = town.unit(session, "201", "红塔区教育局", county="530402")
    county = town.somebody(session, Role.COUNTY_OFFICE, county="530402")
    for named, asked in (("红塔区人民政府", False), ("江川区人民政府", True)):
        row = town.ticket(session, settings, code="", klass=Klass.COMPLAINT, complained_of=named)
        town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
        if asked:
            share = ask(session, row, school, staff, settings)
            assert reach.share(session, share.id, account=county) is share
            row.complained_of = "红塔区政府"  # it came back meanwhile, and was written down anew
            assert (reach.share(session, share.id, account=county), listed(session, county)) == (None, [])
        else:
            with pytest.raises(ReferralError, match="该县区政府"):
                ask(session, row, school, staff, settings)
        assert row.shares_open == asked
