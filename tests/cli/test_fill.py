"""A database is filled with invented calls and tickets: as many as wanted, all of them possible, always the same."""

from datetime import timedelta
from importlib import import_module
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
from dispatch.passed.passed_matters import PassedMatter
from dispatch.tickets.handings import Handing, Way
from dispatch.tickets.shares import Share
from dispatch.tickets.states import Action, State, transition
from dispatch.tickets.tickets import Ticket, TicketStep
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.telling.outbox import Delivery
from hotline.telling.outbox import State as Sent
from knowledge_base.entries import EntryVersion
from knowledge_base.stages import Stage
from recordings import keeping
from tests.conftest import NOON

SIZE = Size(calls=150, tickets=60, days=90, at=NOON)
TOLD = ("way", "at", "accepted_at", "answered_at", "due_at", "ended", "over_at")


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
        _each_handing_is_what_the_history_tells_of(session)
        _others_give_their_share_and_some_comes_from_12345(session)
        assert count(session, EntryVersion, EntryVersion.stage == Stage.WITHDRAWN) > 0
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


def _each_handing_is_what_the_history_tells_of(session: Session) -> None:
    """As it was read of the histories when handings began to be kept."""
    told = import_module("hotline.migrations.versions.0054_what_departments_were_handed").told
    found = 0
    for ticket in session.scalars(select(Ticket).where(Ticket.department_id.is_not(None))):
        rows = session.scalars(select(Handing).where(Handing.ticket_id == ticket.id).order_by(Handing.id)).all()
        history = list(told(ticket, ticket.steps, {}))
        assert [row.department_id for row in rows] == [ticket.department_id] * len(history)
        (*before, last) = zip(rows, history, strict=True)
        assert all(getattr(row, name) == wrote[name] for row, wrote in before for name in TOLD if name != "due_at")
        assert all(getattr(last[0], name) == last[1][name] for name in TOLD)
        assert (last[0].reached, last[0].satisfaction) == (ticket.reached, ticket.satisfaction) or not last[0].ended
        assert all((row.accept_by is None) == (row.way == Way.AGAIN) for row in rows)
        found += len(rows)
    assert found > 50


def _others_give_their_share_and_some_comes_from_12345(session: Session) -> None:
    open_shares = select(func.count()).where(Share.ticket_id == Ticket.id, Share.ended_at.is_(None)).scalar_subquery()
    assert count(session, Ticket, Ticket.shares_open != open_shares) == 0
    assert count(session, Share) > 0
    assert count(session, Share, Share.ended_at < Share.at) == 0
    theirs = session.scalars(select(Ticket).where(Ticket.source == "12345")).all()
    assert len(theirs) > 0
    assert {ticket.call_id for ticket in theirs} == {None}
    taken = session.scalars(select(PassedMatter).where(PassedMatter.taken)).all()
    assert {row.foreign_number: row.ticket_id for row in taken} == {t.foreign_number: t.id for t in theirs}


def _refuses_what_is_impossible(database: Database) -> None:
    with database.writing() as session, pytest.raises(DBAPIError, match="no such step leads there"):
        session.execute(text("UPDATE ticket SET state = 'to_accept' WHERE state = 'filed'"))


def count(session: Session, model: type, *wanted: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*wanted)) or 0  # type: ignore[arg-type]
