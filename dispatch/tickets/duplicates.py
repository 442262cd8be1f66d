"""Which open tickets are likely the same matter: of the same telephone, or of the same department, and alike in words.

Few are compared: the newest of one telephone and the newest of one department, both found by an index."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from dispatch.tickets import merging, reach
from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Ticket
from hotline import phones
from hotline.accounts.accounts import Account
from hotline.settings import Settings

AT_MOST, SHOWN, LONGEST = 200, 5, 600
ENOUGH = 6
"""So many characters say what a matter is about; fewer are compared with nothing."""


@dataclass(frozen=True)
class Likely:
    """A ticket that is likely the same matter; `caller`: it came from the same telephone."""

    ticket: Ticket
    likeness: int
    caller: bool


def of(session: Session, ticket: Ticket, *, account: Account, settings: Settings, at: datetime) -> list[Likely]:
    """The likeliest first, among what this account may see and what could be merged. Outside the hotline nobody learns
    which tickets are of one telephone."""
    inside = reach.inside(account)
    own = {number for number in (ticket.caller, ticket.contact) if number} if inside else set()
    found = {one.id: one for one in _candidates(session, ticket, own, account=account, settings=settings, at=at)}
    return ranked(ticket, found.values(), own, settings=settings)


def of_matter(session: Session, matter: Matter, *, call: Call, department_id: int | None, account: Account,
              settings: Settings, at: datetime) -> list[Likely]:
    """The same for what is being written down and is no ticket yet."""
    written = Ticket(klass=matter.klass, title=matter.title, summary=matter.summary, confidential=matter.confidential,
                     complained_of=matter.complained_of.strip(), caller=call.caller, department_id=department_id,
                     contact=phones.normalise(matter.contact) or call.caller)  # fmt: skip
    enough = len(_words(written)) >= ENOUGH
    return of(session, written, account=account, settings=settings, at=at) if enough else []


def ranked(ticket: Ticket, others: Iterable[Ticket], own: set[str], *, settings: Settings) -> list[Likely]:
    """Those that are alike enough, by how alike they are; who calls twice rarely says the same twice."""
    words = _words(ticket)
    rated = [Likely(one, round(fuzz.ratio(words, _words(one))), bool(own & {one.caller, one.contact}))
             for one in others if merging.alike(ticket, one)]  # fmt: skip
    same, anybody = settings.duplicate_caller_percent, settings.duplicate_percent
    enough = [one for one in rated if one.likeness >= (same if one.caller else anybody)]
    return sorted(enough, key=lambda one: (-one.likeness, one.ticket.id))[:SHOWN]


def _candidates(session: Session, ticket: Ticket, own: set[str], *, account: Account, settings: Settings,
                at: datetime) -> list[Ticket]:
    since = at - timedelta(days=settings.duplicate_days)
    ways: list[ColumnElement[bool]] = [Ticket.department_id == ticket.department_id]  # both without one: undispatched
    if own:
        ways.append(or_(Ticket.caller.in_(own), Ticket.contact.in_(own)))
    query = select(Ticket).where(Ticket.id != ticket.id, Ticket.state.in_(sorted(merging.RECEIVES)),
                                 Ticket.intake_at > since, reach.tickets_of(account))  # fmt: skip
    newest = query.order_by(Ticket.intake_at.desc()).limit(AT_MOST)
    return [one for way in ways for one in session.scalars(newest.where(way))]


def _words(ticket: Ticket) -> str:
    return "".join((ticket.title + ticket.summary).split())[:LONGEST]
