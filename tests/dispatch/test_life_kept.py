"""What the table of a ticket's life doesn't have can't be stored, by whatever way it comes to the database."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dispatch.tickets.states import BEGINNINGS, TRANSITIONS, Action, State
from dispatch.tickets.tickets import Ticket
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town

STEP = text("INSERT INTO ticket_step (ticket_id, at, by, action, source, target, why, detail) "
            "VALUES (:ticket, :at, 'x', :action, :source, :target, '', '{}')")  # fmt: skip


@pytest.fixture
def row(session: Session, settings: Settings) -> Ticket:
    return town.ticket(session, settings)


def stored(session: Session, statement: Any, **of: Any) -> bool:
    """Whether the database takes it; nothing of it stays."""
    kept = session.begin_nested()
    try:
        session.execute(statement, of)
    except DBAPIError as refused:
        if not any(words in str(refused) for words in ("no such step", "does not begin", "a step that was taken")):
            raise
        return False
    else:
        return True
    finally:
        kept.rollback()


def standing(session: Session, settings: Settings) -> Iterator[Ticket]:
    """A ticket in each of the states."""
    for state in State:
        yield town.put(session, town.ticket(session, settings, code=""), state)


def test_a_ticket_goes_only_where_a_line_of_the_table_leads(session: Session, settings: Settings) -> None:
    known = {(t.source, t.target) for t in TRANSITIONS} | {(state, state) for state in State}
    move = text("UPDATE ticket SET state = :to WHERE id = :ticket")
    goes = {(row.state, to) for row in standing(session, settings) for to in State if stored(session, move, to=to, ticket=row.id)}
    assert goes == known


def test_a_step_is_stored_only_as_the_table_has_it_and_where_it_led(session: Session, settings: Settings) -> None:
    known = {(t.source, t.action, t.target) for t in TRANSITIONS}
    for row in standing(session, settings):
        target = row.state
        taken = {(source, action, to) for source in State for action in Action for to in State
                 if (to == target or (source, action, to) in known)
                 and stored(session, STEP, ticket=row.id, at=NOON, action=action, source=source, target=to)}  # fmt: skip
        assert taken == {line for line in known if line[2] == target}


@pytest.mark.parametrize(("source", "target", "kept"), [
    ("to_dispatch", "to_dispatch", True), ("to_accept", "to_dispatch", False), ("in_hand", "in_hand", False),
    ("", "to_dispatch", True), ("", "in_hand", False)])  # fmt: skip
def test_a_remark_leaves_the_ticket_where_it_is(session: Session, row: Ticket, source: str, target: str, kept: bool) -> None:
    assert stored(session, STEP, ticket=row.id, at=NOON, action="remark", source=source, target=target) is kept


def test_a_ticket_begins_where_tickets_begin(session: Session, row: Ticket) -> None:
    columns = [c.name for c in Ticket.__table__.columns if c.name not in {"id", "number", "state", "code_digest"}]
    listed = ", ".join(columns)
    copy = text(f"INSERT INTO ticket (number, state, {listed}) SELECT 'another', :state, {listed} FROM ticket")  # noqa: S608
    assert {state for state in State if stored(session, copy, state=state)} == BEGINNINGS


@pytest.mark.parametrize("deed", ["UPDATE ticket_step SET why = 'otherwise'", "DELETE FROM ticket_step"])
def test_a_step_that_was_taken_stays_as_it_was(session: Session, row: Ticket, deed: str) -> None:
    assert not stored(session, text(deed))
