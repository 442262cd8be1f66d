"""The ladder in a ticket: each rung is climbed once for each deadline, and stands in the history with who was told.

Ticket and rung are one row: what was climbed is counted there, and when the next is due. So no restart and no second
beat tells anything twice."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import deadlines, dispatching, duty_phones
from dispatch.clocks.rungs import ORDER, Rung
from dispatch.tickets import alerts, supervising
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import WITH_DEPARTMENT
from hotline.settings import Settings

AT_ONCE = 50


def owed(session: Session, *, at: datetime) -> list[int]:
    """The tickets with a rung to climb; what waits for somebody else than its department is left alone. What
    isn't dispatched in time is told once."""
    query = select(Ticket.id).where(Ticket.state.in_((*WITH_DEPARTMENT, State.TO_DISPATCH)), Ticket.rung_at <= at)
    return list(session.scalars(query.order_by(Ticket.rung_at).limit(AT_ONCE)))


def climb(session: Session, ticket_id: int, *, settings: Settings, at: datetime) -> list[Rung]:
    """Climb what is due by now; nothing, where somebody has done it meanwhile. After a standstill all that is owed is
    climbed, each rung once."""
    ticket = session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    climbed: list[Rung] = []
    if ticket.state == State.TO_DISPATCH and ticket.rung_at is not None and ticket.rung_at <= at:
        dispatching.climb(session, ticket, settings=settings, at=at)
    while ticket.state in WITH_DEPARTMENT and ticket.rung_at is not None and ticket.rung_at <= at:
        rung = ORDER[ticket.rung]
        ticket.rung += 1
        deadlines.set_rung(session, ticket, settings=settings)
        _tell(session, ticket, rung, settings=settings, at=at)
        climbed.append(rung)
    return climbed


def _tell(session: Session, ticket: Ticket, rung: Rung, *, settings: Settings, at: datetime) -> None:
    """The line in the history, which also brings the notices; the telephones that are rung; the inspector's list."""
    told = [account.name for account in alerts.TOLD[rung][1](session, ticket)]
    told += duty_phones.ring(session, ticket, rung, settings=settings, at=at)
    write_step(session, ticket, rung, by="hotline", source=ticket.state, at=at, told=told)
    if rung is Rung.SUPERVISE:
        supervising.open_for(session, ticket, why="承办单位逾期未办结", by="hotline", at=at)
