"""Recordings whose time is over are destroyed, provably: noted before, gone from every place, certified afterwards."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from dispatch.tickets import case_calls
from dispatch.tickets.states import State as TicketState
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.database import Database
from hotline.kept.errors import Absent, StoreError
from hotline.settings import Settings
from hotline.times import day_begins, local_day, now
from recordings import retention, sides, two_hands
from recordings.archive import Archive
from recordings.recordings import Recording, State
from recordings.retention import Destruction

AT_ONCE = 200
BY = "hotline"
log = structlog.get_logger()


def destroy_due(settings: Settings, database: Database, archive: Archive, *, at: datetime) -> int:
    """Destroy all that is due, in lists of two hundred; how many were. What a crash or a store that was away left
    half done is finished first."""
    done = 0
    while True:
        _finish(database, archive)
        with database.writing() as session:
            begun = begin(session, settings=settings, at=at)
        if begun is None:
            return done
        done += begun.count


def begin(session: Session, *, settings: Settings, at: datetime) -> Destruction | None:
    """Note what is going to be destroyed, before anything is; None when nothing is due. Each stands in one list, too
    where two workers begin at once."""
    over = _over(session, settings, at)
    rows = session.scalars(due(at).where(over).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    if not rows:
        return None
    act = Destruction(began_at=at, by=BY, basis=_basis(session, rows, settings), count=len(rows),
                      list_sha256=digest(rows))  # fmt: skip
    session.add(act)
    session.flush()
    for row in rows:
        row.destruction_id = act.id
    audit.note(session, "recordings.destruction_began", by=BY, at=at, about=("destruction", act.id), reason=act.basis,
               count=act.count, list_sha256=act.list_sha256)  # fmt: skip
    return act


def due(at: datetime) -> Select[Recording]:
    """Recordings whose days are over, that stand under no legal hold, and no ticket of whose call, be it the call-back,
    is still at work."""
    heard = select(Ticket.id).where(Ticket.recording_id == Recording.id, Ticket.state != TicketState.FILED)
    return select(Recording).where(
        Recording.state == State.COMPLETE, Recording.keep_until < at, Recording.destruction_id.is_(None),
        *_unheld(), Recording.call_id.not_in(case_calls.at_work()), ~heard.exists(),
    ).order_by(Recording.id)  # fmt: skip


def _unheld() -> Iterator[ColumnElement[bool]]:
    """No hold stands on its call, nor on another of the same matter."""
    held = two_hands.holds().with_only_columns(two_hands.Request.call_id)
    yield Recording.call_id.not_in(held)
    yield Recording.call_id.not_in(case_calls.beside(held))


def lines(rows: Sequence[Recording]) -> list[str]:
    """The list of an act of destruction, a line for each recording: what the certificate's digest is made of."""
    return [_line(row) for row in sorted(rows, key=lambda row: row.id)]


def _line(row: Recording) -> str:
    began = f"{row.began_at:%Y-%m-%dT%H:%M:%SZ}"
    what = (row.id, row.call_id, row.kind, row.leg or "-", began, row.seconds, row.sha256)
    return " ".join(map(str, what))


def digest(rows: Sequence[Recording]) -> str:
    """SHA-256 of the list."""
    return hashlib.sha256(("\n".join(lines(rows)) + "\n").encode()).hexdigest()


def of(session: Session, act: Destruction) -> list[Recording]:
    """The recordings of an act of destruction."""
    return list(session.scalars(select(Recording).where(Recording.destruction_id == act.id).order_by(Recording.id)))


def _over(session: Session, settings: Settings, at: datetime) -> ColumnElement[bool]:
    """A rule that came later may keep longer what was recorded under it; none makes shorter what a row promises."""
    rules = retention.rules(session)
    days = [settings.recordings_keep_days, *[rule.days for rule in rules]]
    begins = [None, *[day_begins(rule.valid_from) for rule in rules], None]
    return or_(*[_began(since, min(filter(None, (until, at - timedelta(days=kept)))))
                 for kept, since, until in zip(days, begins[:-1], begins[1:], strict=True)])  # fmt: skip


def _began(since: datetime | None, before: datetime) -> ColumnElement[bool]:
    earlier = Recording.began_at < before
    return earlier if since is None else and_(Recording.began_at >= since, earlier)


def _basis(session: Session, rows: Sequence[Recording], settings: Settings) -> str:
    days: set[date] = {local_day(row.began_at) for row in rows}
    rules = {rule.id: rule for day in sorted(days) if (rule := retention.rule_on(session, day))}
    named = [f"{rule.basis}（{rule.days}天）" for rule in rules.values()]
    return "；".join(named)[:300] or f"保存期限{settings.recordings_keep_days}天"


def _finish(database: Database, archive: Archive) -> None:
    while True:
        with database.reading() as session:
            owed = session.scalars(_unfinished().limit(AT_ONCE)).all()
        gone = [row for row in owed if _destroyed(database, row, archive)]
        with database.writing() as session:
            for row in gone:
                _certify(session, row, at=now())
            _end(session, at=now())
        if not owed:
            return


def _unfinished() -> Select[Recording]:
    """What was noted and isn't gone; a hold that came before it began to go keeps it."""
    stays = and_(Recording.state == State.COMPLETE, *_unheld())
    begun = Recording.destruction_id.is_not(None), or_(Recording.state == State.GOING, stays)
    return select(Recording).where(*begun).order_by(Recording.id)


def _destroyed(database: Database, row: Recording, archive: Archive) -> bool:
    """Whether it is gone; not where a hold has come since the list was read: two hundred sounds take their time. What
    the store doesn't give up can be held again."""
    if not _begins_to_go(database, row.id):
        return False
    with database.reading() as session:
        row = session.get_one(Recording, row.id)  # it may have been sealed anew meanwhile
    try:
        _take_away(row, archive)
    except StoreError:
        with database.writing() as session:
            session.get_one(Recording, row.id).state = State.COMPLETE
        raise
    return True


def _begins_to_go(database: Database, recording_id: int) -> bool:
    """From the commit on nobody can be promised that it stays: who holds it takes the row as well, before he notes the
    hold."""
    with database.writing() as session:
        row = session.get_one(Recording, recording_id, with_for_update=True)
        is_held = two_hands.held(session, case_calls.together(session, row.call_id))
        if row.state == State.COMPLETE and not is_held:
            row.state = State.GOING
        return row.state == State.GOING


def _take_away(row: Recording, archive: Archive) -> None:
    """Gone from store and spool; StoreError when it is still there, or the store is away."""
    sides.clear(Path(row.path))
    if not row.stored:
        return
    archive.forget(row.stored)
    try:
        archive.store.open(row.stored).close()
    except Absent:
        return
    raise StoreError(f"{row.stored} is still there after it was deleted")


def _certify(session: Session, row: Recording, *, at: datetime) -> None:
    row = session.get_one(Recording, row.id, with_for_update=True)
    if row.state == State.DESTROYED:  # by another worker
        return
    row.state = State.DESTROYED
    audit.note(session, "recording.destroyed", by=BY, at=at, about=("recording", row.id), call=row.call_id,
               sha256=row.sha256, destruction=row.destruction_id, stored=row.stored)  # fmt: skip


def _end(session: Session, *, at: datetime) -> None:
    session.flush()
    waits = select(Recording.id).where(Recording.destruction_id == Destruction.id, Recording.state != State.DESTROYED)
    for act in session.scalars(select(Destruction).where(Destruction.ended_at.is_(None), ~waits.exists())):
        act.ended_at = at
        audit.note(session, "recordings.destroyed", by=BY, at=at, about=("destruction", act.id), reason=act.basis,
                   count=act.count, list_sha256=act.list_sha256)  # fmt: skip
        log.info("recordings.destroyed", destruction=act.id, count=act.count)
