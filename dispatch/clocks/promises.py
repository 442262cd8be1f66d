"""Whose matter goes with another ticket waits as long as that one may: days granted to it are granted to him, too."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.clocks import deadlines
from dispatch.tickets import new_day
from dispatch.tickets.history import write_step
from dispatch.tickets.tickets import ALONG, Ticket
from hotline.settings import Settings


def along(session: Session, ticket: Ticket, main: Ticket, *, settings: Settings, at: datetime) -> None:
    """Make the promise to the caller as long as the main ticket's extension makes it. What was promised in hours has
    no day to gain; whoever was granted more keeps it, also when his matter is taken out again: he may have been
    told."""
    if ticket.promised_hours is not None or ticket.promise_extended >= main.promise_extended:
        return
    ticket.promise_extended = main.promise_extended
    deadlines.set_promise(session, ticket, settings=settings)
    write_step(session, ticket, ALONG, by="hotline", source=ticket.state, at=at, days=ticket.promise_extended)
    new_day.tell(session, ticket, settings=settings, at=at)
