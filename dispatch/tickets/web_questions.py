"""A question that a citizen leaves on the public pages: a ticket that waits to be dispatched, and its query code."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import codes, intake
from dispatch.tickets.intake import Matter
from dispatch.tickets.lodging import Lodged
from dispatch.tickets.tickets import GUARDED, Ticket, own_words
from hotline.settings import Settings

WEB = "web"
"""The source of such a ticket, and who its first step is by."""


def lodge(session: Session, matter: Matter, *, code: str, settings: Settings, at: datetime) -> Lodged:
    """Write the matter down once under `code`, which belongs to the form that was filled in: the same form sent
    again gives the same ticket, and a code that is another matter's is replaced."""
    there = session.scalar(select(Ticket).where(Ticket.code_digest == codes.digest(code, settings=settings)))
    if there is not None and _same(there, matter):
        return Lodged(there, code)
    free = code if there is None else codes.mint_free(session, settings=settings)
    ticket = intake.refer(session, matter, call=None, recording=None, code=free, by=WEB, settings=settings, at=at,
                             own=matter.summary.strip(), own_title=_own_title(matter))  # fmt: skip
    ticket.source = WEB
    session.flush()
    return Lodged(ticket, free)


def _own_title(matter: Matter) -> str:
    """The citizen's title; on complaint, report and secrecy the pages give one, for a department reads it."""
    return "" if matter.confidential or matter.klass in GUARDED else matter.title.strip()


def _same(ticket: Ticket, matter: Matter) -> bool:
    return ticket.source == WEB and own_words(ticket) == matter.summary.strip()
