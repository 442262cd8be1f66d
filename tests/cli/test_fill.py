"""A database is filled with invented calls and tickets: as many as wanted, all of them possible, always the same."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cli import demo_load
from cli.fill.filling import NotEmpty, fill
from cli.fill.lives import live
from cli.fill.size import Size, beginnings
from dispatch.callbacks.callbacks import Callback
from dispatch.calls.calls import Call, CallStep
from dispatch.tickets.states import Action, State, transition
from dispatch.tickets.tickets import Ticket, TicketStep
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.telling.outbox import Delivery
from hotline.telling.outbox import State as Sent
from recordings import keeping
from tests.conftest import NOON

SIZE = Size(calls=150, tickets=60, days=90, at=NOON)


def test_every_invented_life_goes_by_the_table_and_ends_at_its_moment() -> None:
    chance, seen = Random(1), set[Action]()
    for _ in range(500):
        state = State.TO_DISPATCH
        for deed in live(chance, since=NOON - timedelta(days=90), until=NOON):
            assert deed.source == state
            assert deed.target == transition(state, deed.action).target
            assert deed.at < NOON
            state = State(deed.target)
            seen.add(deed.action)
    assert {Action.RETURN, Action.REDO, Action.EXTEND, Action.GIVE_FACTS, Action.WITHDRAW, Action.FILE} <= seen


def test_calls_begin_in_order_mostly_by_day_and_on_working_days() -> None:
    moments = list(beginnings(Size(calls=5000, tickets=0, days=28, at=NOON)))
    assert moments == sorted(moments)
    assert len(moments) == 5000
    assert sum(8 <= moment.hour < 18 for moment in moments) > 3500
    assert sum(moment.weekday() > 4 for moment in moments) < 5000 / 5


def test_a_database_is_filled_once_as_large_as_was_said_and_goes_on_from_there(database: Database) -> None:
    with database.writing() as session:
        list(demo_load.load(session, password="for tests only", at=NOON))
        session.flush()
        fill(session, SIZE, prefix="96128")
    with database.reading() as session:
        assert count(session, Call, Call.direction == "in") == 150
        assert count(session, Ticket) == 60
        assert count(session, CallStep, CallStep.call_id.not_in(select(Call.id))) == 0
        assert not list(chain.verify(session))
        assert count(session, AuditRow, AuditRow.deed == "database.filled") == 1
        standing = session.scalars(select(Ticket.state).distinct()).all()
        assert State.FILED in standing
        assert count(session, TicketStep, TicketStep.by == "") < 60
        owed = session.scalars(select(Callback).where(Callback.state == "due")).all()
        assert all(callback.by_person for callback in owed), "the machine would ring who doesn't exist"
        assert not keeping.owed_rows(session), "there is no sound that could be put away"
        assert count(session, Delivery, Delivery.state.not_in([Sent.SENT, Sent.FAILED])) == 0
    _refuses_what_is_impossible(database)
    with database.writing() as session, pytest.raises(NotEmpty):
        fill(session, SIZE, prefix="96128")
    with database.writing() as session:
        before = session.scalar(select(func.max(TicketStep.id))) or 0
        ticket = session.scalars(select(Ticket).limit(1)).one()
        session.add(TicketStep(ticket_id=ticket.id, at=NOON, by="x", action="note", source=ticket.state,
                               target=ticket.state))  # fmt: skip
        session.flush()
        assert session.scalar(select(func.max(TicketStep.id))) == before + 1


def test_the_same_seed_invents_the_same_again() -> None:
    once, again = ([live(Random(seed), since=NOON, until=NOON + timedelta(days=90)) for _ in "xx"] for seed in (1, 1))
    assert once == again
    assert list(beginnings(SIZE)) == list(beginnings(SIZE))


def _refuses_what_is_impossible(database: Database) -> None:
    with database.writing() as session, pytest.raises(DBAPIError, match="no such step leads there"):
        session.execute(text("UPDATE ticket SET state = 'to_accept' WHERE state = 'filed'"))


def count(session: Session, model: type, *wanted: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*wanted)) or 0  # type: ignore[arg-type]
