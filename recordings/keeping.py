"""What the worker owes the recordings: what lies in the spool is put away, what an older key sealed is sealed anew."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from errno import ENOSPC
from pathlib import Path
from time import monotonic

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.kept.errors import Absent, KeyMissing, Tampered
from hotline.kept.keyring import PLAIN
from hotline.times import local_day
from recordings import archive as archives
from recordings.archive import Archive, PutAway
from recordings.recordings import Recording, State
from recordings.stores import Moving

AT_ONCE = 50
A_WHILE = 3.0  # seconds: what else the worker does must not wait
AGAIN = timedelta(minutes=10)
PUT_OFF = "recording "  # and its id: what is put off, among all that the worker remembers
log = structlog.get_logger()


def put_away(database: Database, archive: Archive, *, put_off: dict[str, datetime], at: datetime) -> None:
    """Put away what was taken in. While the store is away it stays in the spool, and stays owed."""

    def one(row: Recording) -> None:
        if not Path(row.path).exists():  # put away by another, or lost: reconciliation tells which
            put_off[_name(row)] = at
            return
        made = archive.put_away(row, on=local_day(at))
        if _keep(database, row, made, archive, at=at):
            archives.clear(row)

    with database.reading() as session:
        owed = owed_rows(session, but=_lately(put_off, at))
    _each(owed, one, put_off=put_off, at=at)


def reseal(database: Database, archive: Archive, *, put_off: dict[str, datetime], at: datetime) -> None:
    """Seal anew what isn't sealed with the key in force; who listens meanwhile notices nothing."""

    def one(row: Recording) -> None:
        old, made = row.stored, archive.reseal(row, on=local_day(at))
        if _keep(database, row, made, archive, at=at):
            archive.forget(old)

    with database.reading() as session:
        owed = old_rows(session, archive, but=_lately(put_off, at))
    _each(owed, one, put_off=put_off, at=at)


def move(archive: Archive) -> None:
    """Take along what lies in the folder, when the recordings have moved to another store."""
    if not isinstance(archive.store, Moving):
        return
    until = monotonic() + A_WHILE
    for name, _ in archive.store.old.names():
        if not name.endswith(".new"):  # a file that nobody finished writing
            archive.store.move(name)
        if monotonic() > until:
            return


def owed_rows(session: Session, *, but: Collection[int] = ()) -> list[Recording]:
    """Recordings that were taken in and lie in the spool, oldest first, but for those by their ids."""
    waiting = select(Recording).where(Recording.key_id == "", Recording.state == State.COMPLETE,
                                      Recording.id.not_in(but))  # fmt: skip
    return list(session.scalars(waiting.order_by(Recording.id).limit(AT_ONCE)))


def old_rows(session: Session, archive: Archive, *, but: Collection[int] = ()) -> list[Recording]:
    """Recordings that were put away under another key than the one in force, but for those by their ids. The ring's
    other keys are asked for by name, so that an index answers at once that there are none."""
    others = {key.id for key in archive.ring.all()} | {PLAIN}
    others.discard(archive.ring.current_id(archive.cipher))
    rows = select(Recording).where(Recording.key_id.in_(sorted(others)), Recording.state == State.COMPLETE,
                                   Recording.id.not_in(but))  # fmt: skip
    return list(session.scalars(rows.order_by(Recording.key_id, Recording.id).limit(AT_ONCE)))


def by_key(session: Session) -> dict[str, int]:
    """How many recordings are sealed with which key; under the empty one those that wait in the spool."""
    rows = select(Recording.key_id, func.count()).where(Recording.state == State.COMPLETE).group_by(Recording.key_id)
    return {row[0]: row[1] for row in session.execute(rows)}


def _each(
    owed: list[Recording], do: Callable[[Recording], None], *, put_off: dict[str, datetime], at: datetime
) -> None:
    """One after the other for a while. One that can't be done is put off and keeps no other waiting; a store or a
    ring that is away, or a disk that is full, keeps all of them."""
    faults: list[Exception] = []
    for row in _in_time(owed):
        try:
            do(row)
        except (Absent, Tampered, KeyMissing, OSError) as fault:
            if isinstance(fault, OSError) and fault.errno == ENOSPC:
                raise
            log.error("recording.not_kept", call_id=row.call_id, recording=row.id, why=str(fault))
            put_off[_name(row)] = at
            faults.append(fault)
    if faults:
        raise faults[0]


def _in_time(owed: list[Recording]) -> Iterator[Recording]:
    until = monotonic() + A_WHILE
    for row in owed:
        yield row
        if monotonic() > until:
            return


def _lately(put_off: dict[str, datetime], at: datetime) -> list[int]:
    """The ids of those that were put off a moment ago: however many they are, others come before them."""
    return [int(name.removeprefix(PUT_OFF)) for name, since in put_off.items()
            if name.startswith(PUT_OFF) and at - since < AGAIN]  # fmt: skip


def _keep(database: Database, row: Recording, made: PutAway, archive: Archive, *, at: datetime) -> bool:
    """Write where it is kept now, unless another was quicker; of what was destroyed meanwhile nothing is kept."""
    before = Recording.id == row.id, Recording.key_id == row.key_id, Recording.state == State.COMPLETE
    with database.writing() as session:
        changed = update(Recording).where(*before).values(**asdict(made), checked_at=at).returning(Recording.id)
        if session.scalar(changed) is not None:
            return True
        is_over = session.get_one(Recording, row.id).state != State.COMPLETE
    if is_over:
        archive.forget(made.stored)
    return False


def _name(row: Recording) -> str:
    return f"{PUT_OFF}{row.id}"
