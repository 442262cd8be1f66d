"""How calls and call-backs end, and what follows from it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import TOLD, Attempt, Callback
from dispatch.calls import calls, desk
from dispatch.calls.calls import Call, Outcome, Step
from dispatch.calls.endings import end_attempt, end_call
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, later

OUT = "20261123150000-00000000000a"
AT = later(hours=3)


@pytest.fixture
def ticket(session: Session, settings: Settings, office: Department) -> Ticket:
    row = town.ticket(session, settings)
    return town.bring(session, row, State.TO_CALL_BACK, by=town.staff(session, office), settings=settings)


def ring(session: Session, settings: Settings, *, call_id: str = OUT, days: int = 0) -> Attempt:
    """The next call-back is claimed and dialled."""
    at = later(days=days, hours=3)
    callback = callbacks.claim(session, settings=settings, at=at)
    assert callback is not None
    town.call(session, call_id, at=at, direction="out")
    attempt = callbacks.dial(session, callback, call_id=call_id, at=at)
    session.flush()
    return attempt


def test_a_call_that_ends_leaves_its_desk_and_has_an_outcome(session: Session, settings: Settings) -> None:
    town.call(session)
    operator = town.somebody(session, Role.OPERATOR)
    desk.answered(session, CALL, operator, at=NOON)
    assert end_call(session, CALL, settings=settings, at=later(minutes=3)) == [operator.id]
    assert session.get_one(Call, CALL).outcome == Outcome.ANSWERED_BY_OPERATOR
    assert end_call(session, CALL, settings=settings, at=later(minutes=4)) == []


def test_a_citizen_who_breaks_off_before_the_reply_is_rung_again(session: Session, settings: Settings, ticket: Ticket) -> None:
    attempt = ring(session, settings)
    end_call(session, OUT, settings=settings, at=AT)
    assert (attempt.outcome, ticket.state) == ("broken_off", State.TO_CALL_BACK)
    assert session.get_one(Callback, attempt.callback_id).state == callbacks.State.DUE


@pytest.mark.parametrize("how", ["hangs up", "nobody hears how it ended"])
def test_a_citizen_who_heard_the_reply_and_gives_no_grade_has_been_told(session: Session, settings: Settings, ticket: Ticket, how: str) -> None:
    attempt = ring(session, settings)
    calls.note(session, OUT, Step.TOLD, at=AT, ticket=ticket.id)
    if how == "hangs up":
        end_call(session, OUT, settings=settings, at=AT)
    else:
        end_attempt(session, attempt, outcome="in_doubt", settings=settings, at=AT)
    assert attempt.outcome == TOLD
    assert (ticket.state, ticket.reached, ticket.satisfaction) == (State.CLOSED, True, None)
    assert session.get_one(Callback, attempt.callback_id).state == callbacks.State.DONE


@pytest.mark.parametrize(("grade", "state"), [(1, State.CLOSED), (3, State.CLOSED), (None, State.CLOSED), (4, State.IN_HAND), (5, State.IN_HAND)])
def test_what_the_citizen_said_decides_what_becomes_of_the_ticket(session: Session, settings: Settings, ticket: Ticket, grade: int | None, state: State) -> None:
    end_attempt(session, ring(session, settings), outcome=TOLD, grade=grade, settings=settings, at=AT)
    assert (ticket.state, ticket.satisfaction) == (state, grade)


def test_the_third_attempt_in_vain_closes_the_ticket_as_not_reached(session: Session, settings: Settings, ticket: Ticket) -> None:
    for day in range(3):
        assert ticket.state == State.TO_CALL_BACK
        end_attempt(session, ring(session, settings, call_id=f"out-{day}", days=day), outcome="no_answer", settings=settings, at=later(days=day, hours=3))
    assert (ticket.state, ticket.reached, ticket.satisfaction) == (State.CLOSED, False, None)
    session.flush()
    session.refresh(ticket)
    assert ticket.steps[-1].why == "多次回访未接通"


def test_an_attempt_that_ended_is_not_ended_again(session: Session, settings: Settings, ticket: Ticket) -> None:
    attempt = ring(session, settings)
    end_attempt(session, attempt, outcome=TOLD, grade=1, settings=settings, at=AT)
    end_attempt(session, attempt, outcome="no_answer", settings=settings, at=AT)
    end_call(session, OUT, settings=settings, at=AT)
    assert (attempt.outcome, ticket.state, ticket.satisfaction) == (TOLD, State.CLOSED, 1)
    assert len(session.scalars(select(Attempt)).all()) == 1
