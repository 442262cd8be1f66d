"""A year without a plan is shouted about: in the office's inbox, once for each year, in good time, and as soon as a
deadline falls into it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.tickets import alerts
from dispatch.tickets.states import OVER, State
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Role
from hotline.calendar.days import WorkingDays, working_days
from hotline.settings import Settings
from hotline.telling import notices
from hotline.telling.notices import Topic
from hotline.times import local_day

CALENDAR = "calendar"  # what such a notice is about


def lacking(calendar: WorkingDays, deadlines: Iterable[date], *, on: date, ahead: timedelta) -> list[int]:
    """The years whose holidays nobody here knows, of this day, of those that begin so soon, and of these deadlines."""
    years = {on.year, (on + ahead).year, *(day.year for day in deadlines)}
    return sorted(year for year in years if not calendar.plans(year))


def years(session: Session, *, settings: Settings, at: datetime) -> list[int]:
    """The years that lack their plan as things stand."""
    ahead = timedelta(days=settings.calendar_ahead_days)
    return lacking(working_days(session), guessed(session), on=local_day(at), ahead=ahead)


def guessed(session: Session) -> set[date]:
    """The days of deadlines that are provisional (暂定): of whatever still runs."""
    open_ones = Ticket.state.in_(sorted(set(State) - OVER))
    clock = func.coalesce(Ticket.due_at, Ticket.dispatch_by)
    work = select(clock).where(open_ones, Ticket.provisional.is_(True), clock.is_not(None))
    promises = select(Ticket.promised_by).where(open_ones, Ticket.promise_provisional.is_(True))
    return {local_day(moment) for query in (work, promises) for moment in session.scalars(query)}


def tell(session: Session, *, settings: Settings, at: datetime) -> list[int]:
    """Tell the city's competent office of each such year, once; which ones it hadn't been told of."""
    told = alerts.people(session, Role.CITY_OFFICE)
    return [year for year in years(session, settings=settings, at=at)
            if notices.tell(session, told, Topic.CALENDAR, key=f"{CALENDAR}:{year}", about=(CALENDAR, year), at=at,
                            named=f"{year}年放假安排")]  # fmt: skip
