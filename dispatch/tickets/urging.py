"""What the caller adds to his open ticket: he urges it (催单) or tells more (补充). Neither moves state or deadline."""

from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from dispatch.tickets.history import write_step
from dispatch.tickets.states import OVER, State
from dispatch.tickets.steps import ReferralError, unnaming
from dispatch.tickets.tickets import Ticket, TicketStep, followed, guarded
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings

URGE, SUPPLEMENT = "urge", "supplement"
HE_HIMSELF = "caller"
LONGEST = 500
MOST_BY_HIMSELF = 3
"""So often he adds something on the web while one urging counts."""


def open_to_caller(ticket: Ticket) -> bool:
    """Whether the caller may still urge it or add to it."""
    return State(ticket.state) not in OVER


def may_supplement(ticket: Ticket) -> bool:
    """Whether he may add to it in his own words. A department reads them: not on 投诉, 举报 and 保密. Where it waits
    for facts (待补充) an operator asks him for these."""
    return open_to_caller(ticket) and not guarded(ticket) and ticket.state != State.NEEDS_FACTS


def urge(session: Session, ticket: Ticket, *, words: str = "", by: Account, at: datetime) -> None:
    """催单: counted and shown, and the ticket goes before others that are due at the same time."""
    _add(session, _held(session, ticket), URGE, _kept(words), by.login, at)


def supplement(session: Session, ticket: Ticket, *, words: str, by: Account, at: datetime) -> None:
    """补充: what the caller tells on top, in the operator's words; the department reads it in the history."""
    if not (said := _kept(words)):
        raise ReferralError("请填写补充内容")
    _add(session, _held(session, ticket), SUPPLEMENT, said, by.login, at)


def urge_himself(session: Session, ticket_id: int, *, settings: Settings, at: datetime) -> bool:
    """催单 by who holds its query code: once in a while, so that nobody drowns a department; whether it was taken."""
    ticket = _held(session, session.get_one(Ticket, ticket_id))
    taken = open_to_caller(ticket) and not _lately(session, ticket, URGE, HE_HIMSELF, settings=settings, at=at)
    if taken:
        _add(session, ticket, URGE, "", HE_HIMSELF, at)
    return taken


def supplement_himself(session: Session, ticket_id: int, *, words: str, settings: Settings, at: datetime) -> bool:
    """补充 by who holds its query code, in his own words; whether it stands in the ticket now."""
    ticket, said = _held(session, session.get_one(Ticket, ticket_id)), _kept(words)
    lately = _lately(session, ticket, SUPPLEMENT, HE_HIMSELF, settings=settings, at=at)
    stands, taken = said in lately, bool(said) and may_supplement(ticket) and len(lately) < MOST_BY_HIMSELF
    if taken and not stands:
        _add(session, ticket, SUPPLEMENT, said, HE_HIMSELF, at)
    return stands or taken


def add_elsewhere(session: Session, ticket: Ticket, *, kind: str, words: str, by: str, settings: Settings,
                  at: datetime) -> bool:
    """What he added at another hotline, which may send the same twice: whether it was new."""
    held, said = _held(session, ticket), _kept(words)
    new = said not in _lately(session, held, kind, by, settings=settings, at=at)
    if new:
        _add(session, held, kind, said, by, at)
    return new


def urged(ticket: Ticket) -> int:
    """How often the caller has urged it."""
    return sum(step.action == URGE for step in ticket.steps)


def times_urged() -> ScalarSelect[int]:
    """The same for each ticket of a query."""
    of_the_ticket = (TicketStep.ticket_id == Ticket.id, TicketStep.action == URGE)
    return select(func.count(TicketStep.id)).where(*of_the_ticket).correlate(Ticket).scalar_subquery()


def _kept(words: str) -> str:
    """As the history keeps it."""
    return words.strip()[:LONGEST]


def _lately(session: Session, ticket: Ticket, kind: str, by: str, *, settings: Settings, at: datetime) -> list[str]:
    """The words of what was added so of late."""
    since = at - timedelta(hours=settings.urge_hours)
    query = select(TicketStep.why).where(TicketStep.ticket_id == ticket.id, TicketStep.action == kind,
                                         TicketStep.by == by, TicketStep.at > since)  # fmt: skip
    return list(session.scalars(query))


def _held(session: Session, ticket: Ticket) -> Ticket:
    """The ticket, ours until the end: a step that somebody takes at this moment comes before or after."""
    session.refresh(ticket, with_for_update=True)
    return ticket


def _add(session: Session, ticket: Ticket, kind: str, said: str, by: str, at: datetime) -> None:
    """On the ticket that we hold; where it goes with another, on that one, too: there its department reads it."""
    if not open_to_caller(ticket):
        raise ReferralError("工单已办结，请另行登记")
    unnaming(ticket, said)
    write_step(session, ticket, kind, by=by, source=ticket.state, at=at, why=said)
    if (main := followed(session, ticket)) is not ticket:
        write_step(session, main, kind, by=by, source=main.state, at=at, why=said)
    audit.note(session, f"ticket.{kind}", by=by, at=at, about=("ticket", ticket.number))
