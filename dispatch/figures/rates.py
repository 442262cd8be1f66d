"""The rates of departments: which handings count, and which of them are the part. What a row tells by itself is judged
beside it (tickets/judged.py); what is late by now depends on the moment, and on how its ticket stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from dispatch.tickets.handings import Handing
from dispatch.tickets.judged import Rate as Rate  # noqa: PLC0414 (for who counts)
from dispatch.tickets.judged import bits_of
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import WITH_DEPARTMENT


@dataclass(frozen=True)
class Counted:
    """Which handings a rate counts, and which of these are its part."""

    whole: ColumnElement[bool]
    part: ColumnElement[bool]


def judged(rate: Rate) -> Counted:
    """What a rate counts whatever the time is."""
    part, whole = (Handing.judged.bitwise_and(bit) != 0 for bit in bits_of(rate))
    return Counted(whole, part)


def late(at: datetime) -> dict[Rate, ColumnElement[bool]]:
    """What these rates count besides at this moment, and never as their part: what is not done yet, and late. Few
    handings stand, and they are looked up once: no ticket is read for those that are over."""
    stands = Handing.over_at.is_(None)
    waiting = _with_ticket(Ticket.state == State.TO_ACCEPT)
    ours = _with_ticket(Ticket.state.in_(WITH_DEPARTMENT), Ticket.due_at < at)
    return {
        # who gave it back, or lost it otherwise, without accepting is not late
        Rate.ACCEPTED: and_(stands, Handing.accepted_at.is_(None), Handing.accept_by < at, waiting),
        # what waits for the caller is not late; what was sent back is not answered
        Rate.ANSWERED: and_(stands, Handing.answered_at.is_(None), ours),
    }


def counted(rate: Rate, *, at: datetime) -> Counted:
    """What a rate is counted of at this moment."""
    own, also = judged(rate), late(at).get(rate)
    return own if also is None else Counted(or_(own.whole, also), own.part)


def _with_ticket(*so: ColumnElement[bool]) -> ColumnElement[bool]:
    return Handing.ticket_id.in_(select(Ticket.id).where(*so))
