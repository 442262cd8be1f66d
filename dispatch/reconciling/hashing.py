"""Sounds against their digests: unsealed and hashed anew, all in turn, and first those that didn't hold."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, or_, select, update

from dispatch.reconciling.books import Books, Found
from hotline.kept.errors import Absent, KeptError
from hotline.times import now
from recordings.archive import Archive
from recordings.findings import Done, Finding
from recordings.findings import Kind as Wrong
from recordings.recordings import Recording, State

CHECK_AGAIN = timedelta(days=90)  # a sound is unsealed and hashed again so often
MANY = 500
log = structlog.get_logger()


def sounds(books: Books, at: datetime, until: datetime | None) -> Iterator[Found]:
    """Sounds unsealed and hashed anew"""
    last = 0
    while until is None or now() < until:
        with books.database.reading() as session:
            rows = session.scalars(_unchecked(at, last, whole=books.whole)).all()
        if not rows:
            return
        for row in rows:
            yield from _checked(books, row, at)
        last = rows[-1].id


def _unchecked(at: datetime, last: int, *, whole: bool) -> Select[Recording]:
    query = select(Recording).where(Recording.state == State.COMPLETE, Recording.stored != "", Recording.id > last)
    if not whole:
        open_ones = select(Finding.thing).where(Finding.kind == Wrong.MISMATCH, Finding.open.is_(True))
        query = query.where(or_(Recording.checked_at < at - CHECK_AGAIN, Recording.stored.in_(open_ones)))
    return query.order_by(Recording.id).limit(MANY)


def _checked(books: Books, row: Recording, at: datetime) -> Iterator[Found]:
    try:
        intact = books.archive.intact(row)
    except KeptError as fault:  # no key, or no store: neither says anything of the sound
        log.warning("reconcile.not_checked", recording=row.id, call_id=row.call_id, why=str(fault))
        return
    if intact:
        _holds(books, row, at)
    elif _there(books.archive, row):  # else a row without file, told elsewhere
        yield Found(Wrong.MISMATCH, row.stored, Done.RESTORE, call_id=row.call_id, detail=row.sha256)


def _holds(books: Books, row: Recording, at: datetime) -> None:
    mended = Finding.kind == Wrong.MISMATCH, Finding.thing == row.stored, Finding.open.is_(True)
    with books.database.writing() as session:
        session.execute(update(Recording).where(Recording.id == row.id).values(checked_at=at))
        session.execute(
            update(Finding).where(*mended)
            .values(open=False, done=Done.AGREES, settled_at=at, settled_by="hotline")
        )  # fmt: skip


def _there(kept: Archive, row: Recording) -> bool:
    try:
        kept.store.open(row.stored).close()
    except Absent:
        return False
    return True
