"""What a ticket's two clocks come to: the promise to the caller, and the department's time with its stops."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import clocks, rules
from dispatch.clocks.clocks import Deadline, Stop
from dispatch.clocks.rungs import ORDER, moment
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket, TicketStep, Urgency
from hotline.calendar.days import WorkingDays, working_days
from hotline.directory.departments import Department
from hotline.settings import Settings

HURRY = {Urgency.URGENT: "紧急", Urgency.CRITICAL: "特急"}
WAITING = {State.TO_CHECK: "待热线审核", State.NEEDS_FACTS: "待来电人补充"}
"""States in which the department waits for somebody else: its clock stands."""


def promised(ticket: Ticket, calendar: WorkingDays, *, settings: Settings) -> Deadline:
    """对来电人承诺期限: from the intake, by the city's calendar; it is never stopped and never begun anew. An extension
    that was granted makes it longer, and is told."""
    if ticket.promised_hours is not None:
        return clocks.due_in_hours(ticket.intake_at, ticket.promised_hours, why=HURRY[Urgency(ticket.urgency)])
    days = ticket.promised_days or rules.of(ticket, settings=settings).days(Klass(ticket.klass))
    return clocks.due(ticket.intake_at, days, calendar, settings=settings,
                      extended=ticket.promise_extended)  # fmt: skip


def departments(session: Session, ticket: Ticket, calendar: WorkingDays, *, settings: Settings) -> Deadline:
    """承办期限: from when the department was handed the matter, by its county's calendar, without its stops."""
    start = ticket.due_from or ticket.intake_at
    stood = stops(session, ticket, start)
    if ticket.due_hours is not None:
        return clocks.due_in_hours(start, ticket.due_hours, why=HURRY[Urgency(ticket.urgency)], stops=stood)
    return clocks.due(start, ticket.due_days or 0, calendar, settings=settings, stops=stood,
                      extended=ticket.extended_days)  # fmt: skip


def set_promise(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """Count the promise to the caller and keep what came out, with its reasons."""
    found = promised(ticket, working_days(session), settings=settings)
    ticket.promised_by, ticket.promise_provisional, ticket.why_promised = found.at, found.provisional, list(found.lines)
    if ticket.due_from is None and ticket.dispatch_by is None:
        ticket.provisional = found.provisional


def set_due(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """Count the department's time and keep what came out, with its reasons."""
    keep_due(session, ticket, departments(session, ticket, county_of(session, ticket), settings=settings),
             settings=settings)  # fmt: skip


def keep_due(session: Session, ticket: Ticket, found: Deadline, *, settings: Settings) -> None:
    """Keep the department's deadline. Another one than before begins the ladder anew: each rung once for each."""
    if found.at != ticket.due_at:
        ticket.rung = 0
    ticket.due_at, ticket.provisional, ticket.why_due = found.at, found.provisional, list(found.lines)
    set_rung(session, ticket, settings=settings)


def set_rung(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """When the next rung of the ladder is climbed; never, where all are, or nothing is due."""
    if ticket.due_at is None or ticket.rung >= len(ORDER):
        ticket.rung_at = None
        return
    ticket.rung_at = moment(ORDER[ticket.rung], ticket.due_at, urgent=ticket.due_hours is not None,
                            rules=rules.of(ticket, settings=settings), calendar=county_of(session, ticket),
                            settings=settings)  # fmt: skip


def set_acceptance(session: Session, ticket: Ticket, *, settings: Settings) -> None:
    """By when the department accepts, and until when it may return, what it was handed."""
    ticket.accept_by, ticket.return_by = acceptance(ticket, county_of(session, ticket), settings=settings)


def acceptance(ticket: Ticket, calendar: WorkingDays, *, settings: Settings) -> tuple[datetime, datetime]:
    """签收期限 and 退单期限: from the dispatch, by the calendar of the department's county."""
    start, own = ticket.dispatched_at or ticket.intake_at, rules.of(ticket, settings=settings)
    if (hours := own.accept_hours(Urgency(ticket.urgency))) is not None:
        return start + timedelta(hours=hours), start + timedelta(hours=hours)
    accept, give_back = (clocks.due(start, days, calendar, settings=settings).at
                         for days in (own.accept_days, own.return_days))  # fmt: skip
    return accept, give_back


def county_of(session: Session, ticket: Ticket) -> WorkingDays:
    """The calendar of the department's county."""
    unit = session.get(Department, ticket.department_id) if ticket.department_id else None
    return working_days(session, county_code=unit.county_code if unit else "")


def stops(session: Session, ticket: Ticket, start: datetime) -> list[Stop]:
    """The times since then in which somebody else was waited for and after which the department went on."""
    query = select(TicketStep).where(TicketStep.ticket_id == ticket.id, TicketStep.at >= start).order_by(TicketStep.id)
    found: list[Stop] = []
    since: datetime | None = None
    for step in session.scalars(query):
        if step.target in WAITING:
            since = since or step.at
        elif since is not None:
            found.append(Stop(since, step.at, WAITING[State(step.source)]))
            since = None
    return found
