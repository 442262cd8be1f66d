"""What the caller adds to his open ticket: he urges it (催单) or tells more (补充). Neither moves state or deadline."""

from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from dispatch.states import OVER, State
from dispatch.steps import ReferralError
from dispatch.tickets import Ticket, TicketStep, followed, write_step
from hotline import audit
from hotline.accounts.accounts import Account

URGE, SUPPLEMENT = "urge", "supplement"
LONGEST = 500


def open_to_caller(ticket: Ticket) -> bool:
    """Whether the caller may still urge it or add to it."""
    return State(ticket.state) not in OVER


def urge(session: Session, ticket: Ticket, *, words: str = "", by: Account, at: datetime) -> None:
    """催单: counted and shown, and the ticket goes before others that are due at the same time."""
    _add(session, ticket, URGE, words, by, at)


def supplement(session: Session, ticket: Ticket, *, words: str, by: Account, at: datetime) -> None:
    """补充: what the caller tells on top, in the operator's words; the department reads it in the history."""
    if not words.strip():
        raise ReferralError("请填写补充内容")
    _add(session, ticket, SUPPLEMENT, words, by, at)


def urged(ticket: Ticket) -> int:
    """How often the caller has urged it."""
    return sum(step.action == URGE for step in ticket.steps)


def times_urged() -> ScalarSelect[int]:
    """The same for each ticket of a query."""
    of_the_ticket = (TicketStep.ticket_id == Ticket.id, TicketStep.action == URGE)
    return select(func.count(TicketStep.id)).where(*of_the_ticket).correlate(Ticket).scalar_subquery()


def _add(session: Session, ticket: Ticket, kind: str, words: str, by: Account, at: datetime) -> None:
    session.refresh(ticket, with_for_update=True)  # a step that somebody takes at this moment comes before or after
    if not open_to_caller(ticket):
        raise ReferralError("工单已办结，请另行登记")
    write_step(session, ticket, kind, by=by.login, source=ticket.state, at=at, why=words.strip()[:LONGEST])
    if (main := followed(session, ticket)) is not ticket:
        write_step(session, main, kind, by=by.login, source=main.state, at=at, why=words.strip()[:LONGEST])
    audit.note(session, f"ticket.{kind}", by=by.login, at=at, about=("ticket", ticket.number))
