"""He reaches an operator while his answer waits: verified, he is told it in that call, and is rung by nobody."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import by_person, callbacks, in_his_call, ringing_in
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.calls import calls, desk, endings
from dispatch.calls.calls import Call, CallStep, Outcome, Step
from dispatch.tickets.states import State as Stands
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import CODE, later

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
AT = later(hours=3)


@pytest.fixture
def owed(session: Session, settings: Settings, office: Department) -> Callback:
    """What the machine is to tell."""
    row = town.ticket(session, settings)
    town.bring(session, row, Stands.TO_CALL_BACK, by=town.staff(session, office), settings=settings)
    return session.scalars(select(Callback)).one()


@pytest.fixture
def operator(session: Session) -> Account:
    return town.somebody(session, Role.OPERATOR, extension="8001")


@pytest.fixture
def call(session: Session, operator: Account) -> Call:
    """Somebody rings from another telephone, and the operator takes it."""
    row = town.call(session, "now", caller="13900000000", at=AT)
    desk.answered(session, row.id, operator, at=AT)
    session.flush()
    return row


def take(session: Session, settings: Settings, owed: Callback, by: Account) -> Attempt:
    in_his_call.take(session, owed.id, by=by, settings=settings, at=AT)
    attempt = by_person.running(session, owed)
    assert attempt is not None
    return attempt


def written(session: Session, settings: Settings, owed: Callback, by: Account, outcome: str, **grades: Any) -> tuple[object, ...]:
    by_person.write_up(session, owed, outcome=outcome, by=by, settings=settings, at=AT, **grades)
    session.flush()
    ticket = owed.replied
    return owed.state, owed.attempts, ticket.state, ticket.satisfaction


def test_verified_he_is_told_in_his_own_call_and_nobody_rings_him(session: Session, settings: Settings, owed: Callback, operator: Account, call: Call) -> None:
    assert in_his_call.owed(session, owed.replied.id, by=operator, at=AT) is owed
    attempt = take(session, settings, owed, operator)
    assert (attempt.call_id, owed.holder, in_his_call.is_such(session, attempt)) == (call.id, operator, True)
    assert callbacks.claim(session, settings=settings, at=AT + timedelta(hours=1)) is None
    with pytest.raises(ReferralError, match="核实"):
        written(session, settings, owed, operator, "told")
    assert by_person.verify(session, owed, code=CODE, by=operator, settings=settings, at=AT)
    assert written(session, settings, owed, operator, "told", grade=2, operator_grade=1) == (State.DONE, 0, Stands.CLOSED, 2)
    assert session.scalars(select(CallStep.call_id).where(CallStep.kind == Step.TOLD)).all() == [call.id]
    endings.end_call(session, call.id, settings=settings, at=later(hours=4))
    assert call.outcome == Outcome.ANSWERED_BY_OPERATOR


def test_who_could_not_be_verified_is_rung_as_before_and_dissatisfied_it_is_done_again(session: Session, settings: Settings, owed: Callback, operator: Account, call: Call) -> None:
    calls.note(session, call.id, Step.TOLD, at=AT, entry=1)  # another answer, by the operator, in the same call
    take(session, settings, owed, operator)
    assert written(session, settings, owed, operator, "unconfirmed") == (State.DUE, 0, Stands.TO_CALL_BACK, None)
    take(session, settings, owed, operator)
    by_person.verify(session, owed, matter=True, by=operator, settings=settings, at=AT)
    assert written(session, settings, owed, operator, "told", grade=5) == (State.DONE, 0, Stands.IN_HAND, 5)


def test_it_is_taken_from_who_has_not_rung_yet_and_from_nobody_who_rings(session: Session, settings: Settings, owed: Callback, operator: Account, call: Call) -> None:
    colleague = town.somebody(session, Role.OPERATOR, login="colleague", extension="8002")
    owed.by_person, owed.due_at = True, AT
    held = by_person.take(session, owed.id, by=colleague, settings=settings, at=AT).token
    with pytest.raises(ReferralError, match="没有正在接听"):
        in_his_call.take(session, owed.id, by=colleague, settings=settings, at=AT)
    take(session, settings, owed, operator)
    with pytest.raises(ReferralError, match="不在您手中"):
        by_person.held(session, owed.id, token=held, by=colleague)
    with pytest.raises(ReferralError, match="正在拨打"):
        in_his_call.take(session, owed.id, by=operator, settings=settings, at=AT)
    written(session, settings, owed, operator, "unconfirmed")
    owed.state, owed.holder_id = State.CLAIMED, None  # by the machine, which rings at once
    session.flush()
    with pytest.raises(ReferralError, match="正在拨打"):
        in_his_call.take(session, owed.id, by=operator, settings=settings, at=AT)


def test_one_after_the_other_where_two_answers_wait(session: Session, settings: Settings, owed: Callback, operator: Account, call: Call) -> None:
    other = Callback(ticket_id=town.ticket(session, settings, code="").id, number="13900000001", due_at=AT)
    session.add(other)
    session.flush()
    take(session, settings, owed, operator)
    with pytest.raises(ReferralError, match="另一件"):
        in_his_call.take(session, other.id, by=operator, settings=settings, at=AT)


def test_what_the_machine_told_him_earlier_in_his_call_is_not_his_answer(session: Session, settings: Settings, owed: Callback, call: Call) -> None:
    calls.note(session, call.id, Step.TOLD, at=AT - timedelta(minutes=1), entry=1)
    attempt_id = ringing_in.take(session, owed.replied.id, call_id=call.id, at=AT)
    attempt = session.get_one(Attempt, attempt_id)
    endings.end_attempt(session, attempt, outcome="broken_off", settings=settings, at=AT)
    assert (attempt.outcome, owed.state, session.get_one(Ticket, owed.ticket_id).state) == ("broken_off", State.DUE, Stands.TO_CALL_BACK)
