"""归档: closed tickets are put away, oldest first, a few at a time."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import referrals
from dispatch.tickets.states import OVER, State
from dispatch.tickets.tickets import Ticket
from hotline.settings import Settings

AT_ONCE = 20


def file_closed(session: Session, *, settings: Settings, at: datetime) -> int:
    """File what was closed so many days ago; how many tickets it was this time."""
    before = at - timedelta(days=settings.file_days)
    query = select(Ticket).where(Ticket.state.in_(OVER - {State.FILED}), Ticket.closed_at < before)
    owed = session.scalars(query.order_by(Ticket.closed_at, Ticket.id).limit(AT_ONCE)).all()
    for ticket in owed:
        referrals.file(session, ticket, at=at)
    return len(owed)
