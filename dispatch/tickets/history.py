"""A ticket's history: each line is written with all that it brings, in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.tickets import alerts, handings
from dispatch.tickets.states import Action, State
from dispatch.tickets.tickets import Ticket, TicketStep


def write_step(session: Session, ticket: Ticket, action: Action | str, *, by: str, source: State | str, at: datetime,
               why: str = "", **detail: Any) -> None:
    """Add a line to the ticket's history. It is stored at once, with the state that it led to: the database knows the
    table's steps one by one (migration 0028), and refuses two of them taken as one."""
    step = TicketStep(ticket_id=ticket.id, at=at, by=by, action=str(action), source=str(source),
                      target=str(ticket.state), why=why, detail=detail)  # fmt: skip
    session.add(step)
    session.flush()
    session.expire(ticket, ["steps"])
    handings.of_step(session, ticket, step)
    alerts.of_step(session, ticket, step)
