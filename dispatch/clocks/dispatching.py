"""派发期限: whoever is to dispatch a matter, the hotline or the county's office that was handed it, has the same
working day for it. His clock begins anew whenever the matter comes back to be dispatched."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.clocks import clocks, rules
from dispatch.clocks.clocks import Deadline
from dispatch.clocks.rules import Rules
from dispatch.tickets import alerts
from dispatch.tickets.history import write_step
from dispatch.tickets.tickets import Ticket, Urgency
from hotline.calendar.days import WorkingDays, working_days
from hotline.settings import Settings

LATE, COUNTY_LATE = "dispatch_late", "county_late"
"""In the ticket's history: the hotline, or the county's office, didn't dispatch it in time."""


def wait(ticket: Ticket, *, at: datetime) -> None:
    """It waits to be dispatched from now on; the next beat of the ladder counts by when."""
    ticket.dispatch_since, ticket.dispatch_by, ticket.rung_at = at, None, at


def begin(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    """It waits to be dispatched from now on, and by when stands on it at once."""
    wait(ticket, at=at)
    count(session, ticket, settings=settings)


def count(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """Count by when it is dispatched, and keep what came out with its reasons."""
    found = deadline(session, ticket, settings=settings)
    if found.at != ticket.dispatch_by:
        ticket.dispatch_by = ticket.rung_at = found.at
    ticket.provisional, ticket.why_due = found.provisional, list(found.lines)


def end(ticket: Ticket) -> None:
    """It waits no more: a department has the matter, or it goes with another."""
    ticket.dispatch_since = ticket.dispatch_by = ticket.rung_at = None
    ticket.why_due = []


def deadline(session: Session, ticket: Ticket, *, settings: Settings) -> Deadline:
    """By when it is dispatched, as the ticket's rules have it: by the calendar of the county whose office has it, by
    the city's otherwise."""
    own, start = rules.of(ticket, settings=settings), ticket.dispatch_since or ticket.intake_at
    days = own.county_days if ticket.county_code else own.dispatch_days
    calendar = working_days(session, county_code=ticket.county_code)
    return within(own, Urgency(ticket.urgency), start, days, calendar, settings=settings)


def within(own: Rules, urgency: Urgency, start: datetime, days: int, calendar: WorkingDays, *,
           settings: Settings) -> Deadline:
    """So many working days after `start`, the same working day where there are none; what is urgent in hours."""
    if (hours := own.accept_hours(urgency)) is not None:
        return clocks.due_in_hours(start, hours, why="紧急事项")
    if days:
        return clocks.due(start, days, calendar, settings=settings)
    return clocks.due_same_day(start, calendar, settings=settings)


def climb(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    """What nobody has counted yet is counted; what was not dispatched in time is told, once each time that it waits:
    to who dispatches, and to the city's competent office."""
    if ticket.dispatch_by is None:
        count(session, ticket, settings=settings)
    if ticket.rung_at is None or ticket.rung_at > at:
        return
    ticket.rung_at = None
    action = COUNTY_LATE if ticket.county_code else LATE
    told = [account.name for account in alerts.TOLD[action][1](session, ticket)]
    write_step(session, ticket, action, by="hotline", source=ticket.state, at=at, told=told)
