"""The ticket in people's hands: its whole life, and what is refused on the way."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dispatch.callbacks.callbacks import Callback
from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.clocks import clocks
from dispatch.tickets import intake, referrals, worklist
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import ImpossibleStep, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import UNHEARD, Klass, Ticket
from dispatch.tickets.worklist import Wanted
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.calendar.days import working_days
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local
from tests.conftest import NOON, person
from tests.dispatch import town
from tests.dispatch.town import CALLER, Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


Bring = Callable[..., Ticket]


@pytest.fixture
def brought(session: Session, settings: Settings, staff: Staff) -> Bring:
    """A ticket that has come to a state."""

    def bring(to: State, *, personal: bool = False, **of: object) -> Ticket:
        row = town.ticket(session, settings, **of)  # type: ignore[arg-type]
        return town.bring(session, row, to, by=staff, settings=settings, personal=personal)

    return bring


def steps(session: Session, row: Ticket) -> list[tuple[str, str, str]]:
    session.flush()
    session.refresh(row)
    return [(step.action, step.target, step.by) for step in row.steps]


def test_a_matter_goes_from_the_caller_to_the_department_and_back_each_step_written_down(session: Session, settings: Settings, brought: Bring) -> None:
    row = brought(State.TO_CALL_BACK)
    referrals.told(session, row, grade=1, settings=settings, at=later(days=1))
    assert steps(session, row) == [
        ("refer", "to_dispatch", "operator"),
        ("dispatch", "to_accept", "supervisor"),
        ("open", "to_accept", "liaison"),
        ("accept", "in_hand", "liaison"),
        ("reply", "in_hand", "liaison"),
        ("sign", "to_check", "leader"),
        ("pass", "to_call_back", "supervisor"),
        ("close", "closed", "hotline"),
    ]
    assert (row.reached, row.satisfaction, row.closed_at) == (True, 1, later(days=1))
    assert (row.replied_by, row.signed_by, row.checked_by) == ("liaison", "leader", "supervisor")


def test_every_step_of_a_person_stands_in_the_audit_trail(session: Session, brought: Bring) -> None:
    row = brought(State.TO_CALL_BACK)
    deeds = session.scalars(select(AuditRow.deed).where(AuditRow.thing == row.number).order_by(AuditRow.id)).all()
    assert deeds == ["ticket.referred", "ticket.dispatch", "ticket.accept", "ticket.reply", "ticket.sign", "ticket.pass"]


def test_the_caller_is_promised_an_answer_by_the_class_of_his_matter(session: Session, settings: Settings) -> None:
    for klass in Klass:
        row = town.ticket(session, settings, klass=klass, code="")
        day = 26 if klass is Klass.CONSULT else 30
        assert f"{local(row.promised_by):%m-%d %H:%M}" == f"11-{day} 18:00"
        assert row.why_promised[0] == "2026-11-23 起算日，不计入"


def test_the_promise_to_the_caller_is_never_reset_and_the_departments_time_begins_anew(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings)
    promised = row.promised_by
    town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings)
    first = row.due_at
    referrals.give_back(session, row, why="不属于我局职责", by=staff.liaison, settings=settings, at=later(days=1))
    assert (row.state, row.department_id, row.due_at) == (State.TO_DISPATCH, None, None)
    other = town.unit(session, "102", "玉溪市民政局")
    referrals.dispatch(session, row, to=other, by=staff.supervisor, settings=settings, at=later(days=1))
    assert first is not None
    assert row.due_at is not None
    assert row.due_at > first
    assert row.promised_by == promised
    assert f"{local(row.accept_by):%m-%d}" == "11-25"  # type: ignore[arg-type]


@pytest.mark.parametrize("of", [{"title": "  "}, {"summary": "  "}])
def test_a_matter_without_words_is_no_ticket(session: Session, settings: Settings, of: dict[str, str]) -> None:
    with pytest.raises(ReferralError, match="请填写"):
        town.ticket(session, settings, **of)


def test_the_call_that_a_ticket_came_from_says_so(session: Session, settings: Settings) -> None:
    row = town.ticket(session, settings)
    call = session.get_one(Call, town.CALL)
    session.flush()
    assert [(s.kind, s.detail) for s in call.steps if s.kind == Step.REFERRED] == [(Step.REFERRED, {"ticket": row.number})]
    assert (row.caller, row.contact) == (CALLER, CALLER)


def test_a_contact_that_the_caller_leaves_is_kept_in_the_houses_form(session: Session, settings: Settings) -> None:
    assert town.ticket(session, settings, contact="2012345").contact == "08772012345"


def test_a_unit_is_never_given_the_complaint_about_itself_by_whatever_name(session: Session, settings: Settings) -> None:
    office = town.unit(session, "101", "玉溪市公安局", short="公安局", aliases=("市公安",))
    supervisor = town.somebody(session, Role.SUPERVISOR)
    for name in ("玉溪市公安局", "公安局", "市公安", " 玉溪市公安局 "):
        row = town.ticket(session, settings, klass=Klass.COMPLAINT, complained_of=name, code="")
        with pytest.raises(ReferralError, match="被反映单位"):
            referrals.dispatch(session, row, to=office, by=supervisor, settings=settings, at=NOON)
        assert (row.state, row.department_id) == (State.TO_DISPATCH, None)


def test_whom_a_matter_complains_of_is_kept_though_nothing_else_is_described_anew(session: Session, settings: Settings) -> None:
    office = town.unit(session, "101", "玉溪市公安局", short="公安局")
    supervisor = town.somebody(session, Role.SUPERVISOR)
    row = town.ticket(session, settings, klass=Klass.COMPLAINT)
    said = Matter(row.klass, row.title, row.summary, complained_of=" 公安局 ")
    intake.describe(session, row, said, by=supervisor, settings=settings, at=NOON)
    assert (row.complained_of, row.steps[-1].action) == ("公安局", "describe")
    with pytest.raises(ReferralError, match="被反映单位"):
        referrals.dispatch(session, row, to=office, by=supervisor, settings=settings, at=NOON)


def test_only_what_has_been_opened_can_be_accepted(session: Session, brought: Bring, staff: Staff) -> None:
    row = brought(State.TO_ACCEPT)
    with pytest.raises(ReferralError, match="先打开"):
        referrals.accept(session, row, by=staff.liaison, at=NOON)
    assert row.state == State.TO_ACCEPT, "a refused step changes nothing"
    referrals.opened(session, row, by=staff.liaison, at=NOON)
    referrals.opened(session, row, by=staff.liaison, at=later(hours=1))
    assert row.opened_at == NOON
    referrals.accept(session, row, by=staff.liaison, at=NOON)
    assert row.state == State.IN_HAND


def test_a_new_department_must_open_the_ticket_itself(session: Session, brought: Bring, staff: Staff, settings: Settings) -> None:
    row = brought(State.IN_HAND)
    referrals.give_back(session, row, why="不属于我局职责", by=staff.liaison, settings=settings, at=NOON)
    referrals.dispatch(session, row, to=staff.office, by=staff.supervisor, settings=settings, at=NOON)
    assert row.opened_at is None


@pytest.mark.parametrize("state", [State.TO_ACCEPT, State.IN_HAND])
def test_a_ticket_is_given_back_with_a_reason_and_within_two_working_days(session: Session, brought: Bring, staff: Staff, settings: Settings, state: State) -> None:
    row = brought(state)
    with pytest.raises(ReferralError, match="理由"):
        referrals.give_back(session, row, why=" ", by=staff.liaison, settings=settings, at=NOON)
    assert row.return_by is not None
    too_late = row.return_by.replace(second=1)
    with pytest.raises(ReferralError, match="期限"):
        referrals.give_back(session, row, why="不属于我局职责", by=staff.liaison, settings=settings, at=too_late)
    assert row.state == state
    referrals.give_back(session, row, why="不属于我局职责", by=staff.liaison, settings=settings, at=row.return_by)
    assert steps(session, row)[-1] == ("return", "to_dispatch", "liaison")
    assert row.steps[-1].why == "不属于我局职责"


def test_an_empty_reply_is_none_and_none_can_be_signed(session: Session, brought: Bring, staff: Staff) -> None:
    row = brought(State.IN_HAND)
    with pytest.raises(ReferralError, match="填写答复"):
        referrals.reply(session, row, text=" \n", personal=False, by=staff.liaison, at=NOON)
    with pytest.raises(ReferralError, match="尚无"):
        referrals.sign(session, row, no_secrets=True, by=staff.leader, at=NOON)


def test_who_drafted_the_reply_does_not_sign_it(session: Session, brought: Bring, staff: Staff) -> None:
    row = brought(State.IN_HAND)
    referrals.reply(session, row, text="请到派出所办理。", personal=False, by=staff.liaison, at=NOON)
    staff.liaison.role = Role.LEADER  # who drafted it has risen since
    with pytest.raises(ReferralError, match="起草人"):
        referrals.sign(session, row, no_secrets=True, by=staff.liaison, at=NOON)
    assert (row.state, row.signed_by) == (State.IN_HAND, "")


def test_nothing_is_signed_without_the_secrecy_tick(session: Session, brought: Bring, staff: Staff) -> None:
    row = brought(State.IN_HAND)
    referrals.reply(session, row, text="请到派出所办理。", personal=False, by=staff.liaison, at=NOON)
    with pytest.raises(ReferralError, match="不涉密"):
        referrals.sign(session, row, no_secrets=False, by=staff.leader, at=NOON)
    assert row.state == State.IN_HAND


def test_a_reply_that_misses_the_question_goes_back_with_a_reason(
    session: Session, brought: Bring, staff: Staff, settings: Settings
) -> None:
    row = brought(State.TO_CHECK)
    with pytest.raises(ReferralError, match="退回原因"):
        referrals.send_back(session, row, why="", by=staff.supervisor, settings=settings, at=NOON)
    referrals.send_back(session, row, why="未答所问", by=staff.supervisor, settings=settings, at=NOON)
    assert (row.state, row.signed_by) == (State.IN_HAND, "")


def test_what_was_sent_back_is_its_liaisons_to_write_again_and_nobody_signs_it_as_it_was(
    session: Session, brought: Bring, staff: Staff, settings: Settings
) -> None:
    row, sent = brought(State.TO_CHECK), later(hours=1)

    def turns() -> list[str]:
        people = (staff.liaison, staff.leader, staff.supervisor)
        return [by.login for by in people if session.scalars(worklist.listed(by, Wanted(my_turn=True), at=sent)).all()]

    referrals.send_back(session, row, why="未答所问", by=staff.supervisor, settings=settings, at=sent)
    session.flush()
    assert (turns(), bool(row.reply)) == (["liaison"], True)
    with pytest.raises(ReferralError, match="尚无可签发"):
        referrals.sign(session, row, no_secrets=True, by=staff.leader, at=sent)
    referrals.reply(session, row, text=row.reply, personal=False, by=staff.liaison, at=sent)
    session.flush()
    assert turns() == ["leader"]
    referrals.sign(session, row, no_secrets=True, by=staff.leader, at=sent)
    session.flush()
    assert turns() == ["supervisor"]


def owed(session: Session, row: Ticket) -> list[Callback]:
    return list(session.scalars(select(Callback).where(Callback.ticket_id == row.id)))


def test_a_reply_that_passed_owes_the_caller_a_call(session: Session, brought: Bring) -> None:
    (callback,) = owed(session, brought(State.TO_CALL_BACK))
    assert (callback.number, callback.by_person) == (CALLER, False)


def test_a_personal_reply_is_told_by_a_person(session: Session, brought: Bring) -> None:
    (callback,) = owed(session, brought(State.TO_CALL_BACK, personal=True))
    assert callback.by_person


@pytest.mark.parametrize("klass", [Klass.PRAISE, Klass.SUGGESTION])
def test_praise_and_suggestions_close_without_a_call_back(session: Session, brought: Bring, klass: Klass) -> None:
    row = brought(State.TO_CALL_BACK, klass=klass)
    assert (row.state, row.reached, owed(session, row)) == (State.CLOSED, None, [])


@pytest.mark.parametrize("caller", ["", "110", "96128"])
def test_who_left_no_number_to_ring_is_closed_as_not_reached(session: Session, brought: Bring, caller: str) -> None:
    row = brought(State.TO_CALL_BACK, of=town.call(session, "anonymous", caller=caller))
    assert (row.state, row.reached, owed(session, row)) == (State.CLOSED, False, [])


@pytest.mark.parametrize("grade", [1, 2, 3, None])
def test_a_caller_who_is_content_or_says_nothing_ends_the_matter(session: Session, settings: Settings, brought: Bring, grade: int | None) -> None:
    row = brought(State.TO_CALL_BACK)
    referrals.told(session, row, grade=grade, settings=settings, at=NOON)
    assert (row.state, row.reached, row.satisfaction) == (State.CLOSED, True, grade)


@pytest.mark.parametrize("grade", [4, 5])
def test_a_dissatisfied_caller_has_it_done_once_more_and_then_the_supervisor_decides(
    session: Session, settings: Settings, brought: Bring, staff: Staff, grade: int
) -> None:
    row = brought(State.TO_CALL_BACK)
    referrals.told(session, row, grade=grade, settings=settings, at=NOON)
    assert (row.state, row.redone, row.signed_by) == (State.IN_HAND, 1, "")
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings)
    referrals.told(session, row, grade=grade, settings=settings, at=later(days=2))
    assert (row.state, row.redone, row.reached, row.satisfaction) == (State.TO_CALL_BACK, 1, True, grade)
    assert steps(session, row)[-1][0] == "disputed"
    assert row.closed_at is None


def test_what_is_redone_is_begun_anew_and_the_promise_to_the_caller_stays(
    session: Session, settings: Settings, brought: Bring, staff: Staff
) -> None:
    row = brought(State.TO_CALL_BACK, personal=True)
    first, promised = row.due_at, row.promised_by
    at = later(days=7)  # the Monday after: what was due on Thursday would be overdue at once
    referrals.told(session, row, grade=5, settings=settings, at=at)
    assert (row.due_at, row.promised_by) == (clocks.due(at, settings.consult_days, working_days(session), settings=settings).at, promised)
    assert first is not None
    assert first < at < row.due_at  # type: ignore[operator]
    assert "2026-11-30 起算日" in row.why_due[0]
    assert (row.reply, row.replied_by, row.signed_by, row.checked_by, row.personal) == ("", "", "", "", False)
    with pytest.raises(ReferralError, match="尚无"):
        referrals.sign(session, row, no_secrets=True, by=staff.leader, at=at)
    steps(session, row)
    assert [step.detail["reply"] for step in row.steps if step.action == "reply"] == ["请携带身份证到派出所办理。"]


def test_a_step_out_of_order_is_refused_and_leaves_no_trace(session: Session, brought: Bring, staff: Staff, settings: Settings) -> None:
    row = brought(State.TO_DISPATCH)
    before = steps(session, row)
    for step in (
        lambda: referrals.accept(session, row, by=staff.liaison, at=NOON),
        lambda: referrals.reply(session, row, text="答复", personal=False, by=staff.liaison, at=NOON),
        lambda: referrals.send_back(session, row, why="原因", by=staff.supervisor, settings=settings, at=NOON),
        lambda: referrals.pass_reply(session, row, by=staff.supervisor, settings=settings, at=NOON),
        lambda: referrals.give_back(session, row, why="原因", by=staff.liaison, settings=settings, at=NOON),
        lambda: referrals.close(session, row, reached=True, at=NOON, why="已回访"),
    ):
        with pytest.raises(ImpossibleStep):
            step()
    assert steps(session, row) == before
    assert (row.reply, row.checked_by, row.closed_at) == ("", "", None)


def test_two_people_who_change_one_ticket_at_once_do_not_overwrite_each_other(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        number = town.ticket(session, settings).number
    with database.reading() as first:
        mine = first.scalars(select(Ticket).where(Ticket.number == number)).one()
        first.expunge(mine)
    with database.writing() as second:
        second.scalars(select(Ticket).where(Ticket.number == number)).one().title = "先到的改动"
    mine.title = "后到的改动"
    with database.writing() as third:
        third.add(mine)
        with pytest.raises(StaleDataError):
            third.flush()
        third.rollback()
    with database.reading() as session:
        assert session.scalars(select(Ticket.title).where(Ticket.number == number)).one() == "先到的改动"


def test_a_ticket_without_a_call_has_no_caller_and_no_code(session: Session, settings: Settings) -> None:
    row = intake.refer(session, Matter(Klass.CONSULT, "窗口来访", "询问"), call=None, recording=None, code="",
                          by="operator", settings=settings, at=NOON)  # fmt: skip
    assert (row.caller, row.code_digest, row.call_id) == ("", None, None)
    assert calls.before(session, row.caller, at=NOON) == []


def test_a_question_left_after_the_tone_goes_nowhere_before_somebody_has_listened(
    session: Session, settings: Settings, office: Department
) -> None:
    supervisor = person(session, Role.SUPERVISOR)
    left = Matter(Klass.CONSULT, "电话留言", UNHEARD)
    ticket = intake.refer(session, left, call=None, recording=None, code="", by="hotline", settings=settings, at=NOON)
    with pytest.raises(ReferralError, match="请先收听录音"):
        referrals.dispatch(session, ticket, to=office, by=supervisor, settings=settings, at=NOON)
    heard = Matter(Klass.COMPLAINT, "窗口态度", "来电人反映窗口态度不好。", complained_of="公安局")
    intake.describe(session, ticket, heard, by=supervisor, settings=settings, at=NOON)
    assert (ticket.klass, ticket.summary) == (Klass.COMPLAINT, "来电人反映窗口态度不好。")
    with pytest.raises(ReferralError, match="被反映单位"):
        referrals.dispatch(session, ticket, to=office, by=supervisor, settings=settings, at=NOON)
