"""What went before from the same number: how often and when, never what about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Ticket


@dataclass(frozen=True)
class Earlier:
    """When this number called before and had matters written down, newest first.

    A number may be a family's or an office's: before the caller is verified nobody is shown the matters."""

    calls: tuple[datetime, ...]
    tickets: tuple[datetime, ...]


def earlier(session: Session, call: Call, *, most: int = 20) -> Earlier:
    """What went before this call."""
    if not call.caller:
        return Earlier((), ())
    written = session.scalars(
        select(Ticket.intake_at)
        .where((Ticket.caller == call.caller) | (Ticket.contact == call.caller), Ticket.intake_at < call.began_at)
        .order_by(Ticket.intake_at.desc()).limit(most)
    ).all()  # fmt: skip
    rung = calls.before(session, call.caller, at=call.began_at, most=most)
    return Earlier(tuple(c.began_at for c in rung), tuple(written))
