"""What a ticket's two clocks come to: the promise to the caller, and the department's time with its stops."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import clocks
from dispatch.clocks import Deadline, Stop
from dispatch.states import State
from dispatch.tickets import Ticket, TicketStep
from hotline.calendar.days import WorkingDays, working_days
from hotline.directory.departments import Department
from hotline.settings import Settings

WAITING = {State.TO_CHECK: "待热线审核"}
"""States in which the department waits for somebody else: its clock stands."""


def promised(ticket: Ticket, calendar: WorkingDays, *, settings: Settings) -> Deadline:
    """对来电人承诺期限: from the intake, by the city's calendar; it is never stopped and never begun anew."""
    return clocks.due(ticket.intake_at, ticket.promised_days or 0, calendar, settings=settings)


def departments(session: Session, ticket: Ticket, calendar: WorkingDays, *, settings: Settings) -> Deadline:
    """承办期限: from when the department was handed the matter, by its county's calendar, without its stops."""
    start = ticket.due_from or ticket.intake_at
    return clocks.due(start, ticket.due_days or 0, calendar, settings=settings, stops=_stops(session, ticket, start),
                      extended=ticket.extended_days)  # fmt: skip


def set_due(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """Count the department's time and keep what came out, with its reasons."""
    found = departments(session, ticket, county_of(session, ticket), settings=settings)
    ticket.due_at, ticket.provisional, ticket.why_due = found.at, found.provisional, list(found.lines)


def county_of(session: Session, ticket: Ticket) -> WorkingDays:
    """The calendar of the department's county."""
    unit = session.get(Department, ticket.department_id) if ticket.department_id else None
    return working_days(session, county_code=unit.county_code if unit else "")


def _stops(session: Session, ticket: Ticket, start: datetime) -> list[Stop]:
    """The times since then in which somebody else was waited for and after which the department went on."""
    query = select(TicketStep).where(TicketStep.ticket_id == ticket.id, TicketStep.at >= start).order_by(TicketStep.id)
    stops: list[Stop] = []
    since: datetime | None = None
    for step in session.scalars(query):
        if step.target in WAITING:
            since = since or step.at
        elif since is not None:
            stops.append(Stop(since, step.at, WAITING[State(step.source)]))
            since = None
    return stops
