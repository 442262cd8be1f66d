"""Deadlines follow the calendar: when it changes, running tickets are counted again, and what moves leaves a trace."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.clocks import deadlines, dispatching
from dispatch.clocks.clocks import Deadline
from dispatch.tickets import facts, handings, joint, new_day
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import RUNNING
from hotline.calendar.days import CalendarDay, SettledYear, WorkingDays, working_days
from hotline.settings import Settings
from hotline.times import local

Counted = tuple[Deadline, Deadline | None, datetime | None, tuple[datetime | None, datetime | None]]
Calendar = Callable[[str], WorkingDays]  # by county
COUNTED = (*RUNNING, State.MERGED)
"""States in which somebody still waits for an answer; what goes with another ticket keeps its own promise."""


def calendar_now(session: Session) -> tuple[object, ...]:
    """What tells two states of the calendar apart: the office's days, the years it settled, the last published one."""
    days = session.execute(select(func.count(), func.max(CalendarDay.at)).select_from(CalendarDay)).one()
    works = session.scalar(select(func.count()).select_from(CalendarDay).where(CalendarDay.works.is_(True)))
    years = session.scalar(select(func.count()).select_from(SettledYear))
    year = next(y for y in range(2020, 2100) if not WorkingDays().known(date(y, 6, 1)))
    return (*days, works, years, year)


def moved(session: Session, *, settings: Settings) -> list[int]:
    """The running tickets whose deadlines, or the reasons for them, are no longer what the calendar makes of them."""
    calendar = cache(lambda county: working_days(session, county_code=county))
    query = select(Ticket).where(Ticket.state.in_(COUNTED), Ticket.promised_days.is_not(None)).order_by(Ticket.id)
    return [t.id for t in session.scalars(query) if _kept(t) != _of(_count(session, t, calendar, settings=settings))
            or joint.moved(session, t, settings=settings)]  # fmt: skip


def recount(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    """Count one ticket again; that its deadlines moved, or are no longer provisional, stands in its history."""
    calendar = cache(lambda county: working_days(session, county_code=county))
    counted = promise, due, waits, acceptance = _count(session, ticket, calendar, settings=settings)
    told = _told(ticket, counted)
    later = ticket.promise_provisional and not promise.provisional and promise.at > ticket.promised_by
    ticket.promised_by, ticket.promise_provisional, ticket.why_promised = (
        promise.at, promise.provisional, list(promise.lines))  # fmt: skip
    ticket.provisional, ticket.facts_by = (due or promise).provisional, waits
    if ticket.due_from is None and ticket.dispatch_by is not None:
        dispatching.count(session, ticket, settings=settings)
    elif due is not None:
        ticket.accept_by, ticket.return_by = acceptance
        handings.accept_by(session, ticket)
        deadlines.keep_due(session, ticket, due, settings=settings)
    joint.count_again(session, ticket, settings=settings)
    if told:
        write_step(session, ticket, "recount", by="hotline", source=ticket.state, at=at, why=f"工作日历变更：{told}")
    if later:
        new_day.tell(session, ticket, ground="放假安排已经公布", settings=settings, at=at)


def _count(session: Session, ticket: Ticket, calendar: Calendar, *, settings: Settings) -> Counted:
    promise = deadlines.promised(ticket, calendar(""), settings=settings)
    if ticket.due_from is None:
        due = dispatching.deadline(session, ticket, settings=settings) if ticket.dispatch_by else None
        return promise, due, None, (ticket.accept_by, ticket.return_by)
    own = calendar(ticket.department.county_code if ticket.department else "")
    waits = facts.until(session, ticket, own, settings=settings)
    acceptance = ticket.accept_by, ticket.return_by
    if ticket.accept_by is not None:
        acceptance = deadlines.acceptance(ticket, own, settings=settings)
    return promise, deadlines.departments(session, ticket, own, settings=settings), waits, acceptance


def _of(counted: Counted) -> tuple[object, ...]:
    promise, due, waits, acceptance = counted
    until = due and due.at
    provisional = (due or promise).provisional, promise.provisional
    return (promise.at, list(promise.lines), *provisional, until, due and list(due.lines), waits, *acceptance)


def _kept(ticket: Ticket) -> tuple[object, ...]:
    due = _due(ticket)
    why = ticket.why_due if due else None
    flags, acceptance = (ticket.provisional, ticket.promise_provisional), (ticket.accept_by, ticket.return_by)
    return (ticket.promised_by, ticket.why_promised, *flags, due, why, ticket.facts_by, *acceptance)


def _due(ticket: Ticket) -> datetime | None:
    """By when the department, or whoever dispatches, has to do its part."""
    return ticket.dispatch_by if ticket.due_from is None else ticket.due_at


def _told(ticket: Ticket, counted: Counted) -> str:
    """What a person should know of it; empty when only the reasons changed."""
    promise, due, waits, (accept, give_back) = counted
    name = "承办期限" if ticket.due_from else "转派期限" if ticket.county_code else "派发期限"
    parts = [("对来电人承诺", ticket.promised_by, promise.at), *([(name, _due(ticket), due.at)] if due else []),
             ("待补充期限", ticket.facts_by, waits)]  # fmt: skip
    if ticket.state == State.TO_ACCEPT:
        parts += [("签收期限", ticket.accept_by, accept), ("退单期限", ticket.return_by, give_back)]
    told = [f"{name}由{_at(before)}改为{_at(after)}" for name, before, after in parts if before != after]
    settled = ticket.provisional and not (due or promise).provisional
    if settled or (ticket.promise_provisional and not promise.provisional):
        told.append("放假安排已公布，期限不再是暂定")
    return "；".join(told)


def _at(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else "—"
