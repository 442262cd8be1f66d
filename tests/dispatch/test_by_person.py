"""Call-backs that a person makes: taken once, verified before anything is told, at most three, never without an end."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import by_person, callbacks
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.calls import endings
from dispatch.calls.calls import Call, CallStep, Outcome, Step
from dispatch.tickets import worklist
from dispatch.tickets.handings import Handing
from dispatch.tickets.states import State as Stands
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from recordings.recordings import Recording
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALLER, CODE, later

AT = later(hours=3)  # 15:00 in Yuxi


@pytest.fixture
def ticket(session: Session, settings: Settings, office: Department) -> Ticket:
    row = town.ticket(session, settings)
    return town.bring(session, row, Stands.TO_CALL_BACK, by=town.staff(session, office), settings=settings, personal=True)


@pytest.fixture
def operator(session: Session) -> Account:
    return town.somebody(session, Role.OPERATOR, extension="8001")


@pytest.fixture
def owed(session: Session, ticket: Ticket) -> Callback:
    row = session.scalars(select(Callback).where(Callback.ticket_id == ticket.id)).one()
    row.due_at = AT
    session.flush()
    return row


@pytest.fixture
def rung(session: Session, settings: Settings, owed: Callback, operator: Account) -> Attempt:
    return ring(session, settings, owed, operator)


def take(session: Session, settings: Settings, owed: Callback, by: Account, at: datetime = AT) -> Callback:
    return by_person.take(session, owed.id, by=by, settings=settings, at=at)


def ring(session: Session, settings: Settings, owed: Callback, by: Account, at: datetime = AT) -> Attempt:
    take(session, settings, owed, by, at)
    attempt = by_person.ring(session, owed, by=by, settings=settings, at=at)
    session.flush()
    return attempt


def write_up(session: Session, settings: Settings, owed: Callback, by: Account, outcome: str, *, at: datetime = AT, **grades: Any) -> None:
    by_person.write_up(session, owed, outcome=outcome, by=by, settings=settings, at=at, **grades)
    session.flush()


def verify(session: Session, settings: Settings, owed: Callback, by: Account, **how: object) -> bool:
    return by_person.verify(session, owed, by=by, settings=settings, at=AT, **how)  # type: ignore[arg-type]


def my_turn(session: Session, account: Account) -> list[int]:
    return list(session.scalars(select(Ticket.id).where(worklist.my_turn(account))))


def test_what_waits_for_a_person_is_the_turn_of_every_operator_until_one_takes_it(
    session: Session, settings: Settings, ticket: Ticket, owed: Callback, operator: Account
) -> None:
    colleague = town.somebody(session, Role.OPERATOR, login="colleague")
    assert my_turn(session, operator) == my_turn(session, colleague) == [ticket.id]
    taken = take(session, settings, owed, operator)
    assert (taken.state, taken.holder, taken.token, taken.lease_until) == (State.CLAIMED, operator, 1, AT + timedelta(minutes=30))
    assert (my_turn(session, operator), my_turn(session, colleague)) == ([ticket.id], [])
    with pytest.raises(ReferralError, match="已被他人领取"):
        take(session, settings, owed, colleague)
    with pytest.raises(ReferralError, match="不在您手中"):
        by_person.held(session, owed.id, token=1, by=colleague)
    with pytest.raises(ReferralError, match="不在您手中"):
        by_person.held(session, owed.id, token=0, by=operator)
    assert by_person.held(session, owed.id, token=1, by=operator) is owed


def test_a_person_takes_neither_what_the_machine_tells_nor_what_is_not_due_nor_a_telephone_that_rings(
    session: Session, settings: Settings, ticket: Ticket, owed: Callback, operator: Account
) -> None:
    with pytest.raises(ReferralError):
        take(session, settings, owed, operator, at=AT - timedelta(seconds=1))
    other = Callback(ticket_id=ticket.id, number=CALLER, due_at=NOON)
    session.add(other)
    session.flush()
    with pytest.raises(ReferralError):
        take(session, settings, other, operator)
    other.state = State.DIALLING
    session.flush()
    with pytest.raises(ReferralError):
        take(session, settings, owed, operator)


def test_nobody_takes_or_rings_who_is_on_the_line_to_us(session: Session, settings: Settings, owed: Callback, operator: Account) -> None:
    take(session, settings, owed, operator)
    rings = town.call(session, "meanwhile", at=AT)
    with pytest.raises(ReferralError, match="正在线上"):
        by_person.ring(session, owed, by=operator, settings=settings, at=AT)
    by_person.put_back(session, owed, by=operator, at=AT)
    with pytest.raises(ReferralError, match="正在线上"):
        take(session, settings, owed, operator)
    rings.ended_at = AT
    session.flush()
    assert ring(session, settings, owed, operator)


def test_of_eight_operators_who_take_it_at_once_one_does(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        row = town.ticket(session, settings)
        owed = Callback(ticket_id=row.id, number=CALLER, due_at=AT, by_person=True)
        session.add(owed)
        people = [town.somebody(session, Role.OPERATOR, login=f"op{n}") for n in range(8)]
        session.flush()
        owed_id, ids = owed.id, [one.id for one in people]

    def work() -> bool:
        with database.writing() as session:
            try:
                by_person.take(session, owed_id, by=session.get_one(Account, ids.pop()), settings=settings, at=AT)
            except ReferralError:
                return False
            return True

    assert sum(town.at_once(work)) == 1


def test_what_nobody_rings_goes_back_by_hand_or_by_itself(session: Session, settings: Settings, owed: Callback, operator: Account) -> None:
    take(session, settings, owed, operator)
    by_person.put_back(session, owed, by=operator, at=AT)
    assert (owed.state, owed.holder_id) == (State.DUE, None)
    take(session, settings, owed, operator)
    assert callbacks.release(session, at=AT + timedelta(minutes=30)) == 0
    assert callbacks.release(session, at=AT + timedelta(minutes=31)) == 1
    session.refresh(owed)
    assert (owed.state, owed.holder_id, owed.token, owed.attempts) == (State.DUE, None, 2, 0)


def test_his_phone_and_the_citizens_are_rung_in_a_call_of_his_that_is_recorded(
    session: Session, owed: Callback, operator: Account, rung: Attempt
) -> None:
    call = session.get_one(Call, rung.call_id)
    assert (call.direction, call.caller, call.operator_id) == ("out", CALLER, operator.id)
    assert session.scalars(select(Recording.call_id)).all() == [call.id]
    assert (owed.state, owed.attempts, rung.by) == (State.DIALLING, 1, "operator")


@pytest.mark.parametrize(("at", "extension", "why"), [(NOON, "8001", "回访时间"), (AT, "", "分机")])
def test_nobody_is_rung_at_a_wrong_hour_or_without_a_phone(
    session: Session, settings: Settings, owed: Callback, operator: Account, at: datetime, extension: str, why: str
) -> None:
    take(session, settings, owed, operator)
    operator.extension = extension
    with pytest.raises(ReferralError, match=why):
        by_person.ring(session, owed, by=operator, settings=settings, at=at)
    assert owed.attempts == 0


def test_nothing_is_told_before_the_citizen_is_verified(session: Session, settings: Settings, owed: Callback, operator: Account, rung: Attempt, ticket: Ticket) -> None:
    with pytest.raises(ReferralError, match="核实"):
        write_up(session, settings, owed, operator, "told", grade=1)
    with pytest.raises(ReferralError, match="姓名和事项"):
        verify(session, settings, owed, operator)
    assert not verify(session, settings, owed, operator, code="00000000")
    assert rung.verified == ""
    assert session.scalars(select(CallStep.kind).where(CallStep.kind == Step.CODE_WRONG)).all() == [Step.CODE_WRONG]
    assert verify(session, settings, owed, operator, code=CODE)
    assert rung.verified == "code"
    write_up(session, settings, owed, operator, "told", grade=2, operator_grade=1, solved=True)
    assert (ticket.state, ticket.reached, ticket.satisfaction, ticket.operator_satisfaction) == (Stands.CLOSED, True, 2, 1)
    (handing,) = session.scalars(select(Handing))
    assert (ticket.solved, handing.solved) == (True, True)
    assert (owed.state, owed.holder_id, rung.outcome) == (State.DONE, None, "told")
    deeds = session.scalars(select(AuditRow.deed).where(AuditRow.deed.startswith("callback.")).order_by(AuditRow.id)).all()
    assert deeds == ["callback.taken", "callback.rung", "callback.code_wrong", "callback.verified", "callback.written_up"]


def test_the_call_may_end_before_it_is_written_up(session: Session, settings: Settings, owed: Callback, operator: Account, rung: Attempt, ticket: Ticket) -> None:
    verify(session, settings, owed, operator, matter=True)
    endings.end_call(session, rung.call_id, settings=settings, at=later(hours=3, minutes=5))
    assert (rung.outcome, owed.state, owed.lease_until) == ("", State.DIALLING, later(hours=3, minutes=35))
    write_up(session, settings, owed, operator, "told", at=later(hours=3, minutes=6))
    assert (ticket.state, session.get_one(Call, rung.call_id).outcome) == (Stands.CLOSED, Outcome.CALLED_BACK)


@pytest.mark.parametrize("outcome", ["no_answer", "unconfirmed"])
def test_whoever_is_not_reached_three_times_is_closed_as_not_called_back(
    session: Session, settings: Settings, owed: Callback, operator: Account, ticket: Ticket, outcome: str
) -> None:
    for day in range(3):
        at = AT + timedelta(days=day)
        assert ticket.state == Stands.TO_CALL_BACK
        ring(session, settings, owed, operator, at)
        write_up(session, settings, owed, operator, outcome, at=at)
    assert (owed.state, owed.attempts) == (State.GIVEN_UP, 3)
    assert (ticket.state, ticket.reached, ticket.satisfaction) == (Stands.CLOSED, False, None)


def test_whoever_refuses_is_not_rung_again(session: Session, settings: Settings, owed: Callback, operator: Account, rung: Attempt, ticket: Ticket) -> None:
    write_up(session, settings, owed, operator, "refused")
    assert (owed.state, rung.outcome, ticket.state, ticket.reached) == (State.GIVEN_UP, "refused", Stands.CLOSED, False)
    session.refresh(ticket)
    assert ticket.steps[-1].why == "来电人不愿接受回访"


def test_an_operators_phone_that_nobody_takes_rang_no_citizen(session: Session, settings: Settings, owed: Callback, operator: Account, rung: Attempt) -> None:
    endings.rang_out(session, rung, settings=settings, at=AT)
    assert (rung.outcome, owed.state, owed.attempts, owed.holder) == ("not_rung", State.CLAIMED, 0, operator)
    assert by_person.ring(session, owed, by=operator, settings=settings, at=AT).call_id != rung.call_id


def test_what_an_operator_never_wrote_up_counts_and_waits_for_the_next(session: Session, settings: Settings, owed: Callback, rung: Attempt) -> None:
    endings.end_call(session, rung.call_id, settings=settings, at=AT)
    assert callbacks.stranded(session, at=AT + timedelta(minutes=30)) == []
    (attempt,) = callbacks.stranded(session, at=AT + timedelta(minutes=31))
    endings.end_attempt(session, attempt, outcome="in_doubt", settings=settings, at=AT + timedelta(minutes=31))
    assert (owed.state, owed.holder_id, owed.attempts) == (State.DUE, None, 1)


def test_nothing_is_noted_of_a_call_that_nobody_made(session: Session, settings: Settings, owed: Callback, operator: Account) -> None:
    take(session, settings, owed, operator)
    with pytest.raises(ReferralError, match="先拨打"):
        verify(session, settings, owed, operator, matter=True)
    with pytest.raises(ReferralError, match="先拨打"):
        write_up(session, settings, owed, operator, "no_answer")
    by_person.ring(session, owed, by=operator, settings=settings, at=AT)
    with pytest.raises(ReferralError, match="选择本次拨打的结果"):
        write_up(session, settings, owed, operator, "in_doubt")
    with pytest.raises(ReferralError, match="先记录"):
        by_person.put_back(session, owed, by=operator, at=AT)
