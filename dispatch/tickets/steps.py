"""How a step of the table is taken: what it needs is asked, the state changes, and a line is written."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.tickets import needs
from dispatch.tickets.states import Action, State, transition
from dispatch.tickets.tickets import Ticket, write_step
from hotline import audit
from hotline.accounts.accounts import Account


class ReferralError(Exception):
    """A step that may not be taken; the text is fit for a person."""


def move(ticket: Ticket, action: Action, *, by: str, at: datetime, given: str = "") -> State:
    """The one place where a ticket changes its state; `given`: what is wrong with what was given with the step. Gives
    the state that it was in."""
    source = State(ticket.state)
    if trouble := needs.unmet(ticket, action, by=by, at=at) or given:
        raise ReferralError(trouble)
    ticket.state = transition(source, action).target
    return source


def written(session: Session, ticket: Ticket, action: Action, *, by: Account, source: State, at: datetime,
            why: str = "", **detail: str | int) -> None:
    """A person's step in the ticket's history and in the audit trail."""
    write_step(session, ticket, action, by=by.login, source=source, at=at, why=why, **detail)
    audit.note(session, f"ticket.{action}", by=by.login, at=at, about=("ticket", ticket.number), reason=why)


def reasoned(why: str, otherwise: str) -> str:
    """The reason as it is kept; ReferralError in these words where none is given."""
    if not why.strip():
        raise ReferralError(otherwise)
    return why.strip()
