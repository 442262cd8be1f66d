"""Reconciliation: calls, rows and files are held against one another, and what can be mended is."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Select, and_, collate, func, or_, select, update
from sqlalchemy.orm import Session

from dispatch import unowned
from dispatch.calls import Call
from dispatch.destroying import destroy_due
from dispatch.unowned import Found
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local, local_day, now
from recordings import findings, recordings, sides
from recordings.archive import Archive, archive
from recordings.errors import Absent, RecordingError
from recordings.findings import Done, Finding, Reconciliation
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind, Recording, State

QUIET = timedelta(hours=1)  # what is younger may still be under way
SHORT = timedelta(seconds=2)  # a call that was over before the exchange could record a word
LOOK_BACK = timedelta(days=30)  # how far back calls are looked through each night
CHECK_AGAIN = timedelta(days=90)  # a sound is unsealed and hashed again so often
AT_NIGHT, UNTIL = 3, timedelta(hours=2)
MANY = 500
Say = Callable[[str], None]
log = structlog.get_logger()


@dataclass(frozen=True)
class Reconciler:
    """Holds everything against everything else; `whole` looks at every call and hashes every sound anew."""

    settings: Settings
    database: Database
    archive: Archive
    whole: bool = False
    say: Say = lambda _: None

    def run(self, *, by: str, at: datetime, until: datetime | None = None) -> Reconciliation:
        """Once through; what was found is kept, row by row. RecordingError when the store is away."""
        row = Reconciliation(began_at=at, by=by, counts={})
        with self.database.writing() as session:
            session.add(row)
        found: set[tuple[str, str]] = set()
        for look in (self._spool, self._kept, self._waiting, self._silent_calls, self._without_call):
            self.say(look.__doc__ or "")
            found.update(self._note(look(at), at))
        self.say(self._sounds.__doc__ or "")
        found.update(self._note(self._sounds(at, until), at))
        counts = Counter(kind for kind, _ in found)
        with self.database.writing() as session:
            findings.settle_unseen(session, frozenset(Wrong) - {Wrong.MISMATCH}, since=at, at=now())
            session.merge(Reconciliation(id=row.id, began_at=at, by=by, ended_at=now(), counts=dict(counts)))
        row.counts = dict(counts)
        return row

    def _note(self, found: Iterator[Found], at: datetime) -> Iterator[tuple[str, str]]:
        for one in found:
            with self.database.writing() as session:
                findings.note(session, one.kind, one.thing, one.done, call_id=one.call_id, detail=one.detail, at=at)
            self.say(f"  {one.kind} {one.thing}: {one.done} {one.detail}".rstrip())
            yield one.kind, one.thing

    def _spool(self, at: datetime) -> Iterator[Found]:
        """Files in the spool that no row speaks of, or whose row says they are elsewhere"""
        for kind in Kind:
            for path in sides.in_folder(self.settings.spool / f"{kind}s"):
                if _old(path, at) and (found := unowned.in_spool(self, kind, path, at)):
                    yield found

    def _kept(self, at: datetime) -> Iterator[Found]:
        """What is kept against the rows that say so"""
        for name, row in side_by_side(self.archive.store.names(), self._stored()):
            if row is None:
                found = unowned.kept(self, name.name, at) if name else None
            elif name is None:
                found = self._lost(row.id, at)
            else:
                found = None if name.size == row.size else _resized(name, row)
            if found:
                yield found

    def _stored(self) -> Iterator["_Row"]:
        """All that was put away, in the order of the names; a stretch at a time, for a transaction that stays open
        keeps the database from tidying up."""
        last: str | None = ""
        name = collate(Recording.stored, self._order())
        while last is not None:
            query = select(Recording.id, Recording.stored, Recording.stored_size, Recording.call_id).where(
                Recording.state == State.COMPLETE, name > last
            )
            with self.database.reading() as session:
                rows = [_Row(*row) for row in session.execute(query.order_by(name).limit(MANY * 20))]
            yield from rows
            last = rows[-1].name if rows else None

    def _order(self) -> str:
        """Byte by byte, as stores list their names, whatever the database's own order of letters."""
        return "C" if self.database.engine.dialect.name == "postgresql" else "BINARY"

    def _lost(self, recording_id: int, at: datetime) -> Found | None:
        """A row whose file isn't kept: put away anew when the spool still has it."""
        with self.database.reading() as session:
            row = session.get_one(Recording, recording_id)
        try:
            self.archive.open(row).close()
        except Absent:
            return unowned.lost(self, row, at)
        except RecordingError:
            return None  # it is there; its sound is looked at below
        return None

    def _waiting(self, at: datetime) -> Iterator[Found]:
        """Rows that wait to be put away and have no file"""
        query = select(Recording).where(Recording.key_id == "", Recording.state == State.COMPLETE)
        with self.database.reading() as session:
            rows = session.scalars(query).all()
        for row in rows:
            if not Path(row.path).exists():
                yield Found(Wrong.NO_FILE, row.path, Done.RESTORE, call_id=row.call_id)

    def _silent_calls(self, at: datetime) -> Iterator[Found]:
        """Calls that are over and have no recording"""
        with self.database.reading() as session:
            rows = session.execute(_unrecorded(at, whole=self.whole)).all()
        for call_id, began, ended, recording_id in rows:
            if recording_id is None and self._taken_in(call_id, began, at):
                yield Found(Wrong.NO_RECORDING, call_id, Done.TAKEN_IN, call_id=call_id)
                continue
            done = Done.TOO_SHORT if ended - began < SHORT else Done.LEFT
            lasted = f"{(ended - began).total_seconds():.0f} s"
            yield Found(Wrong.NO_RECORDING, call_id, done, call_id=call_id, detail=lasted)

    def _taken_in(self, call_id: str, began: datetime, at: datetime) -> bool:
        """Make the row that is missing; whether there was a file for it."""
        with self.database.writing() as session:
            row = recordings.expect(session, call_id, kind=Kind.CALL, spool=self.settings.spool, at=began)
            return recordings.take_in(row, keep_days=self.settings.recordings_keep_days, at=at)

    def _without_call(self, at: datetime) -> Iterator[Found]:
        """Recordings of calls that nobody knows"""
        strange = select(Recording).outerjoin(Call, Call.id == Recording.call_id)
        strange = strange.where(Call.id.is_(None), Recording.began_at < at - QUIET, Recording.state != State.DESTROYED)
        with self.database.reading() as session:
            rows = session.scalars(strange).all()
        for row in rows:
            yield Found(Wrong.NO_CALL, row.call_id, Done.LEFT, call_id=row.call_id, detail=row.stored or row.path)

    def _sounds(self, at: datetime, until: datetime | None) -> Iterator[Found]:
        """Sounds unsealed and hashed anew"""
        last = 0
        while until is None or now() < until:
            with self.database.reading() as session:
                rows = session.scalars(self._unchecked(at, last)).all()
            if not rows:
                return
            for row in rows:
                yield from self._checked(row, at)
            last = rows[-1].id

    def _unchecked(self, at: datetime, last: int) -> Select[Recording]:
        query = select(Recording).where(Recording.state == State.COMPLETE, Recording.stored != "", Recording.id > last)
        if not self.whole:
            open_ones = select(Finding.thing).where(Finding.kind == Wrong.MISMATCH, Finding.open.is_(True))
            long_ago = or_(Recording.checked_at < at - CHECK_AGAIN, Recording.stored.in_(open_ones))
            query = query.where(long_ago)
        return query.order_by(Recording.id).limit(MANY)

    def _checked(self, row: Recording, at: datetime) -> Iterator[Found]:
        try:
            intact = self.archive.intact(row)
        except RecordingError as fault:  # no key, or no store: neither says anything of the sound
            log.warning("reconcile.not_checked", recording=row.id, call_id=row.call_id, why=str(fault))
            return
        if not intact and not _there(self.archive, row):
            return  # a row without file, told above
        if not intact:
            yield Found(Wrong.MISMATCH, row.stored, Done.RESTORE, call_id=row.call_id, detail=row.sha256)
            return
        with self.database.writing() as session:
            session.execute(update(Recording).where(Recording.id == row.id).values(checked_at=at))
            mended = Finding.kind == Wrong.MISMATCH, Finding.thing == row.stored, Finding.open.is_(True)
            session.execute(update(Finding).where(*mended).values(open=False, done=Done.AGREES, settled_at=at,
                                                                  settled_by="hotline"))  # fmt: skip


def at_night(settings: Settings, database: Database, *, at: datetime) -> threading.Thread | None:
    """Once a night, beside the sweeps: it may take hours, and call-backs are not to wait for it."""
    if not AT_NIGHT <= local(at).hour < AT_NIGHT + 3 or _done_today(database, at):
        return None
    thread = threading.Thread(target=_nightly, args=(settings, database, at), name="reconciled", daemon=True)
    thread.start()
    return thread


def _done_today(database: Database, at: datetime) -> bool:
    with database.reading() as session:
        last = session.scalar(select(func.max(Reconciliation.began_at)).where(Reconciliation.by == "hotline"))
    return last is not None and local_day(last) == local_day(at)


def _nightly(settings: Settings, database: Database, at: datetime) -> None:
    try:
        there = archive(settings)
        done = Reconciler(settings, database, there).run(by="hotline", at=at, until=at + UNTIL)
        log.info("reconciled", **done.counts)
        if settings.recordings_destroy:
            destroy_due(settings, database, there, at=at)
    except Exception:
        log.exception("reconcile.failed")


def _unrecorded(at: datetime, *, whole: bool) -> Select[*tuple[Any, ...]]:
    """Calls without a row, and those whose row found no file; of these the ones that nobody has settled."""
    whole_call = and_(Recording.call_id == Call.id, Recording.kind == Kind.CALL)
    told = select(Finding.call_id).where(Finding.kind == Wrong.NO_RECORDING, Finding.open.is_(False))
    query = select(Call.id, Call.began_at, Call.ended_at, Recording.id).outerjoin(Recording, whole_call).where(
        Call.ended_at < at - QUIET, or_(Recording.id.is_(None), Recording.state == State.MISSING), Call.id.not_in(told)
    )  # fmt: skip
    return query if whole else query.where(Call.ended_at > at - LOOK_BACK)


@dataclass(frozen=True)
class _Row:
    id: int
    name: str
    size: int | None
    call_id: str


@dataclass(frozen=True)
class Name:
    """What a store has."""

    name: str
    size: int


def side_by_side(names: Iterator[tuple[str, int]], rows: Iterator[_Row]) -> Iterator[tuple[Name | None, _Row | None]]:
    """Names and rows, both in order, paired where they are the same; alone where they aren't."""
    name, row = next(names, None), next(rows, None)
    while name or row:
        if row is None or (name and name[0] < row.name):
            yield (Name(*name) if name else None), None
            name = next(names, None)
        elif name is None or row.name < name[0]:
            yield None, row
            row = next(rows, None)
        else:
            yield Name(*name), row
            name, row = next(names, None), next(rows, None)


def _resized(name: Name, row: _Row) -> Found:
    return Found(Wrong.MISMATCH, name.name, Done.RESTORE, call_id=row.call_id, detail=f"{name.size} / {row.size}")


def _there(kept: Archive, row: Recording) -> bool:
    try:
        kept.store.open(row.stored).close()
    except Absent:
        return False
    return True


def _old(path: Path, at: datetime) -> bool:
    try:
        written = [one.stat().st_mtime for one in sides.files(path)]
    except FileNotFoundError:  # taken in meanwhile
        return False
    return bool(written) and at.timestamp() - max(written) > QUIET.total_seconds()


def open_findings(session: Session) -> int:
    """How many wait for a person."""
    return session.scalar(select(func.count()).select_from(Finding).where(Finding.open.is_(True))) or 0
