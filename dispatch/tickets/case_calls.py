"""The calls of a matter: the one in which it was lodged, those in which its caller was told the reply or rated it,
whichever side rang, and those in which its department spoke with him."""

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket

_LODGED = select(Ticket.id.label("ticket"), Ticket.call_id.label("call")).where(Ticket.call_id.is_not(None))
_TOLD = select(Callback.ticket_id, Attempt.call_id).join(Attempt).where(Callback.ticket_id.is_not(None))
_RATED = select(Ticket.id, Attempt.call_id).join(Callback, Callback.survey_of == Ticket.call_id).join(Attempt)
_SPOKEN = select(CallerContact.ticket_id, CallerContact.call_id)
PAIRS = union_all(_LODGED, _TOLD, _RATED, _SPOKEN).subquery("case_call")
"""Each ticket with each of its calls."""


def of(session: Session, ticket: Ticket) -> set[str]:
    """The ids of a ticket's calls."""
    return set(session.scalars(select(PAIRS.c.call).where(PAIRS.c.ticket == ticket.id)))


def matters(call_id: str) -> Select[int]:
    """The ids of the tickets that a call is one of the calls of."""
    return select(PAIRS.c.ticket).where(PAIRS.c.call == call_id)


def together(session: Session, call_id: str) -> list[str]:
    """The ids of all calls of the matters of a call, its own the first of them."""
    tickets = session.scalars(matters(call_id)).all()
    others = session.scalars(select(PAIRS.c.call).where(PAIRS.c.ticket.in_(tickets), PAIRS.c.call != call_id))
    return [call_id, *others]


def at_work() -> Select[str]:
    """The ids of all calls of tickets that aren't filed."""
    return select(PAIRS.c.call).join(Ticket, Ticket.id == PAIRS.c.ticket).where(Ticket.state != State.FILED)


def beside(calls: Select[str]) -> Select[str]:
    """The ids of all calls of the matters of which any of these calls is one."""
    those = PAIRS.alias("those")
    return select(PAIRS.c.call).join(those, those.c.ticket == PAIRS.c.ticket).where(those.c.call.in_(calls))
