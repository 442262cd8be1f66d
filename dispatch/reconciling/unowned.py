"""What is done with a file that no row speaks of, and with a row whose file is nowhere."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from dispatch.calls.calls import Call
from dispatch.reconciling.books import Books, Found
from dispatch.reconciling.holding import GONE
from recordings import recordings, sides
from recordings.findings import Done
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind, Recording, State

UNSETTLED = frozenset({State.RUNNING, State.MISSING})
# .new: somebody died over it
_NAME = re.compile(r"\d{4}/\d\d/\d\d/(\d+)-[0-9a-f]{16}\.(\w+)(?:(?:\.[0-9a-f]{8})?\.new)?")


def in_spool(books: Books, kind: Kind, path: Path, at: datetime) -> Found | None:
    """A recording that lies in the spool for long; None when all is well with it."""
    with books.database.reading() as session:
        row = session.scalar(select(Recording).where(Recording.path == str(path)))
    if row is None:
        return _adopted(books, kind, path, at)
    if row.state in UNSETTLED:
        return _taken(books, row, path, at)
    if row.state in GONE or (row.stored and books.archive.intact(row)):
        sides.clear(path)  # destroyed, or a copy of what is kept: it was to go, and somebody died before
        return Found(Wrong.UNOWNED, str(path), Done.REMOVED, call_id=row.call_id)
    return lost(books, row) if row.stored else None


def taken_in(books: Books, row: Recording, at: datetime) -> bool:
    """Take a recording in and keep what was found out; whether there was a file. Nobody waits while it is read."""
    there = recordings.take_in(row, keep_days=books.settings.recordings_keep_days, at=at)
    with books.database.writing() as session:
        recordings.settle_all(session, [row])
    return there


def _adopted(books: Books, kind: Kind, path: Path, at: datetime) -> Found:
    """The file of a call that we know is taken in; that of another stays, for a person to look at."""
    call_id, _, leg = path.stem.partition(".")
    with books.database.writing() as session:
        call = session.get(Call, call_id)
        if call is None or bool(leg) is not (kind is Kind.LEG):
            return Found(Wrong.UNOWNED, str(path), Done.LEFT)
        row = recordings.expect(session, call_id, kind=kind, leg=leg, spool=books.settings.spool, at=call.began_at)
    return _taken(books, row, path, at)


def _taken(books: Books, row: Recording, path: Path, at: datetime) -> Found:
    try:
        done = Done.TAKEN_IN if taken_in(books, row, at) else Done.LEFT
    except OSError as fault:  # it can't be read: all else is looked at nevertheless
        return Found(Wrong.UNOWNED, str(path), Done.LEFT, call_id=row.call_id, detail=fault.strerror or "")
    return Found(Wrong.UNOWNED, str(path), done, call_id=row.call_id)


def kept(books: Books, name: str) -> Found | None:
    """A name in the store that no row had when it was looked at."""
    known = _NAME.fullmatch(name)
    with books.database.reading() as session:
        row = session.get(Recording, int(known[1])) if known else None
    if row is None:
        return Found(Wrong.UNOWNED, name, Done.LEFT)
    if row.state == State.COMPLETE and (not row.stored or row.stored == name or _comes(books, row, known)):
        return None  # put away meanwhile, or about to be
    if row.state in GONE or books.archive.intact(row):
        books.archive.forget(name)  # what an older key sealed, or what was to be destroyed
        return Found(Wrong.UNOWNED, name, Done.REMOVED, call_id=row.call_id)
    return Found(Wrong.UNOWNED, name, Done.LEFT, call_id=row.call_id)


def _comes(books: Books, row: Recording, known: re.Match[str] | None) -> bool:
    """Whether it is sealed with the key in force, and its row is about to say so: the old one goes then."""
    current = books.archive.ring.current_id(books.archive.cipher)
    return known is not None and known[2] == current and row.key_id != current


def lost(books: Books, row: Recording) -> Found:
    """What isn't kept as its row says: from the spool again, when that has it to the bit; else from a backup."""
    path = Path(row.path)
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
        return Found(Wrong.NO_FILE, row.stored, Done.RESTORE, call_id=row.call_id)
    with books.database.writing() as session:
        session.execute(update(Recording).where(Recording.id == row.id).values(stored="", key_id="", packing=""))
    return Found(Wrong.NO_FILE, row.stored, Done.PUT_BACK, call_id=row.call_id)
