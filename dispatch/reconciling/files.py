"""Files against rows: what lies in the spool, what the store keeps, and what waits to be put away."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from dispatch.reconciling import unowned
from dispatch.reconciling.books import QUIET, Books, Found
from dispatch.reconciling.pairing import Name, Row, side_by_side, stored
from hotline.kept.errors import Absent, KeptError
from recordings import sides
from recordings.findings import Done
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind, Recording, State


def in_spool(books: Books, at: datetime) -> Iterator[Found]:
    """Files in the spool that no row speaks of, or whose row says they are elsewhere"""
    for kind in Kind:
        folder = books.settings.spool / f"{kind}s"
        yield from _unfinished(folder, at)
        for path in sides.in_folder(folder):
            if _old(path, at) and (found := unowned.in_spool(books, kind, path, at)):
                yield found


def _unfinished(folder: Path, at: datetime) -> Iterator[Found]:
    """A sound that was being put together when its worker died: what it was made of is there, so it goes, for nobody
    would destroy it with the rest."""
    for path in sorted(folder.glob(f"*{sides.UNFINISHED}")):
        if _is_quiet([path], at):
            path.unlink(missing_ok=True)
            yield Found(Wrong.UNOWNED, str(path), Done.REMOVED)


def kept(books: Books, at: datetime) -> Iterator[Found]:
    """What is kept against the rows that say so"""
    for name, row in side_by_side(books.archive.store.names(), stored(books.database)):
        if row is None:
            found = unowned.kept(books, name.name) if name else None
        elif name is None:
            found = _lost(books, row.id)
        else:
            found = None if name.size == row.size else _resized(name, row)
        if found:
            yield found


def waiting(books: Books, at: datetime) -> Iterator[Found]:
    """Rows that wait to be put away and have no file"""
    query = select(Recording).where(Recording.key_id == "", Recording.state == State.COMPLETE)
    with books.database.reading() as session:
        rows = session.scalars(query).all()
    for row in rows:
        if not Path(row.path).exists():
            yield Found(Wrong.NO_FILE, row.path, Done.RESTORE, call_id=row.call_id)


def _lost(books: Books, recording_id: int) -> Found | None:
    """A row whose file isn't kept: put away anew when the spool still has it."""
    with books.database.reading() as session:
        row = session.get_one(Recording, recording_id)
    try:
        books.archive.open(row).close()
    except Absent:
        return unowned.lost(books, row)
    except KeptError:
        return None  # it is there; its sound is looked at by who hashes it
    return None


def _resized(name: Name, row: Row) -> Found:
    return Found(Wrong.MISMATCH, name.name, Done.RESTORE, call_id=row.call_id, detail=f"{name.size} / {row.size}")


def _old(path: Path, at: datetime) -> bool:
    return _is_quiet(sides.files(path), at)


def _is_quiet(files: list[Path], at: datetime) -> bool:
    try:
        written = [one.stat().st_mtime for one in files]
    except FileNotFoundError:  # taken in meanwhile
        return False
    return bool(written) and at.timestamp() - max(written) > QUIET.total_seconds()
