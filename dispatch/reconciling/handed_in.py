"""Files that people handed in, to tickets and entries, against the rows that speak of them."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import select, union

from dispatch.reconciling.books import QUIET, Books, Found
from dispatch.tickets.ticket_files import TicketFile
from dispatch.tickets.tickets import Ticket
from hotline.cabinet import cabinet
from hotline.kept.errors import KeptError
from hotline.times import local_day
from knowledge_base.entries import Attachment
from recordings.findings import Done, Finding
from recordings.findings import Kind as Wrong

NIGHTS = 32  # in so many nights each file is unsealed and hashed anew
log = structlog.get_logger()


def handed_in(books: Books, at: datetime) -> Iterator[Found]:
    """Files of tickets and entries against the rows that speak of them"""
    sizes, known, again = _noted(books), _known(books), _open(books)
    there = cabinet(books.settings).all()  # last: what is handed in meanwhile has its file before its row
    for sha256, (size, whose) in sizes.items():
        detail = f"{whose}，{size}字节"
        if sha256 not in there:
            yield Found(Wrong.FILE_MISSING, sha256, Done.RESTORE, detail=detail)
        elif there[sha256].size != size or (_due(books, sha256, at, again) and not _holds(books, sha256, again)):
            yield Found(Wrong.FILE_CHANGED, sha256, Done.RESTORE, detail=detail)
    for name in sorted(set(there) - known):
        if at.timestamp() - there[name].written > QUIET.total_seconds():  # else its row may not be committed yet
            yield Found(Wrong.FILE_UNOWNED, name, Done.LEFT, detail=f"{there[name].size}字节")


def _due(books: Books, sha256: str, at: datetime, again: set[str]) -> bool:
    """Whether it is hashed tonight: its turn, or it didn't hold before."""
    return books.whole or sha256 in again or int(sha256[:2], 16) % NIGHTS == local_day(at).toordinal() % NIGHTS


def _holds(books: Books, sha256: str, again: set[str]) -> bool:
    """Whether it is what was handed in; as before where its key is missing, which says nothing of it."""
    try:
        return cabinet(books.settings).whole(sha256) is not None
    except KeptError as fault:
        log.warning("reconcile.not_checked", sha256=sha256, why=str(fault))
        return sha256 not in again


def _noted(books: Books) -> dict[str, tuple[int, str]]:
    """What is to be there, by hash: its size, and whose it is. A file's name isn't told: it may name a caller."""
    of_tickets = select(TicketFile.sha256, TicketFile.size, Ticket.number).join(
        Ticket, Ticket.id == TicketFile.ticket_id).where(TicketFile.removed_at.is_(None))  # fmt: skip
    with books.database.reading() as session:
        rows = session.execute(select(Attachment.sha256, Attachment.size)).all()
        found = {sha256: (size, "知识条目") for sha256, size in rows}
        return found | {sha256: (size, f"工单{number}") for sha256, size, number in session.execute(of_tickets)}


def _known(books: Books) -> set[str]:
    """What any row speaks of, also of a file that was taken from its ticket."""
    with books.database.reading() as session:
        return set(session.scalars(union(select(TicketFile.sha256), select(Attachment.sha256))))


def _open(books: Books) -> set[str]:
    same = select(Finding.thing).where(Finding.kind == Wrong.FILE_CHANGED, Finding.open.is_(True))
    with books.database.reading() as session:
        return set(session.scalars(same))
