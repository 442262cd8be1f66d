"""Calls against recordings: calls that have none, messages and legs without sound, recordings of calls nobody knows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from dispatch.calls.calls import Call, Leg
from dispatch.reconciling import unowned
from dispatch.reconciling.books import QUIET, Books, Found
from recordings import recordings
from recordings.findings import Done, Finding
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind, Recording, State

SHORT = timedelta(seconds=2)  # a call that was over before the exchange could record a word
LOOK_BACK = timedelta(days=30)  # how far back calls are looked through each night, and those that wait for a person


def calls(books: Books, at: datetime) -> Iterator[Found]:
    """Calls that are over and have no recording"""
    with books.database.reading() as session:
        rows = session.execute(_unrecorded(at, whole=books.whole)).all()
    for call_id, began, ended, recording_id in rows:
        if recording_id is None and _taken_in(books, call_id, began, at):
            yield Found(Wrong.NO_RECORDING, call_id, Done.TAKEN_IN, call_id=call_id)
            continue
        done = Done.TOO_SHORT if ended - began < SHORT else Done.LEFT
        lasted = f"{(ended - began).total_seconds():.0f} s"
        yield Found(Wrong.NO_RECORDING, call_id, done, call_id=call_id, detail=lasted)


def parts(books: Books, at: datetime) -> Iterator[Found]:
    """Messages and legs whose file is nowhere"""
    with books.database.reading() as session:
        rows = session.execute(_without_sound(at)).all()
    for row, ended in rows:
        done = Done.TOO_SHORT if ended - row.began_at < SHORT else Done.LEFT
        lasted = f"{(ended - row.began_at).total_seconds():.0f} s"
        yield Found(Wrong.NO_FILE, row.path, done, call_id=row.call_id, detail=lasted)


def without_call(books: Books, at: datetime) -> Iterator[Found]:
    """Recordings of calls that nobody knows"""
    strange = select(Recording).outerjoin(Call, Call.id == Recording.call_id)
    strange = strange.where(Call.id.is_(None), Recording.began_at < at - QUIET, Recording.state != State.DESTROYED)
    with books.database.reading() as session:
        rows = session.scalars(strange).all()
    for row in rows:
        yield Found(Wrong.NO_CALL, row.call_id, Done.LEFT, call_id=row.call_id, detail=row.stored or row.path)


def _taken_in(books: Books, call_id: str, began: datetime, at: datetime) -> bool:
    """Make the row that is missing; whether there was a file for it."""
    with books.database.writing() as session:
        row = recordings.expect(session, call_id, kind=Kind.CALL, spool=books.settings.spool, at=began)
    return unowned.taken_in(books, row, at)


def _unrecorded(at: datetime, *, whole: bool) -> Select[*tuple[Any, ...]]:
    """Calls without a row, and those whose row found no file, or was never settled; of these the ones that no person
    has settled."""
    whole_call = and_(Recording.call_id == Call.id, Recording.kind == Kind.CALL)
    told = select(Finding.call_id).where(Finding.kind == Wrong.NO_RECORDING, Finding.open.is_(False))
    query = select(Call.id, Call.began_at, Call.ended_at, Recording.id).outerjoin(Recording, whole_call).where(
        Call.ended_at < at - QUIET, or_(Recording.id.is_(None), Recording.state.in_(unowned.UNSETTLED)),
        Call.id.not_in(told),
    )  # fmt: skip
    waits = select(Finding.call_id).where(Finding.kind == Wrong.NO_RECORDING, Finding.open.is_(True))
    return query if whole else query.where(or_(Call.ended_at > at - LOOK_BACK, Call.id.in_(waits)))


def _without_sound(at: datetime) -> Select[Recording, datetime]:
    """Rows of what isn't a whole call and found no file, with when it ended; of these the ones that nobody settled."""
    told = select(Finding.thing).where(Finding.kind == Wrong.NO_FILE, Finding.open.is_(False))
    own = and_(Leg.uniqueid == Recording.leg, Leg.call_id == Recording.call_id)
    query = select(Recording, func.coalesce(Leg.ended_at, Call.ended_at)).join(Call, Call.id == Recording.call_id)
    return query.outerjoin(Leg, own).where(
        Recording.state.in_(unowned.UNSETTLED), Recording.kind != Kind.CALL, Call.ended_at < at - QUIET,
        Recording.path.not_in(told),
    ).order_by(Recording.id)  # fmt: skip
