"""What the office keeps of the calendar: days apart from the plan, years it entered itself, the line's own days."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.calendar.days import CalendarDay, SettledYear, WorkingDays
from hotline.calendar.hours import HoursError, read_hours
from hotline.calendar.staffing import SpecialHours

LONGEST_HOLIDAY = 31  # days entered at once
FEWEST_DAYS_OFF = 11  # of a year: fewer than the statutory holidays are no whole notice
WARNED_AHEAD = timedelta(days=31)
_HOURS = "时间应写成 09:00-12:00,14:00-17:00，止晚于起；全天不开放则留空"


class CalendarError(Exception):
    """A day that can't be kept so; the text is fit for a person."""


def keep(session: Session, first: date, last: date, *, works: bool, reason: str, county_code: str = "", by: str,
         at: datetime) -> int:
    """Have these days worked or not, in the city or in one county; how many they are. What stood there is replaced."""
    if not first <= last < first + timedelta(days=LONGEST_HOLIDAY):
        raise CalendarError("起止日期不对：止日不早于起日，一次最多31天")
    why = _reason(reason)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for day in days:
        row = session.get(CalendarDay, (day, county_code)) or CalendarDay(day=day, county_code=county_code)
        row.works, row.reason, row.by, row.at = works, why, by, at
        session.add(row)
    audit.note(session, "calendar.kept", by=by, at=at, about=("day", first), reason=why, until=str(last), works=works,
               county=county_code)  # fmt: skip
    return len(days)


def forget(session: Session, row: CalendarDay, *, by: str, at: datetime) -> None:
    """That day is as the plan has it again."""
    audit.note(session, "calendar.forgotten", by=by, at=at, about=("day", row.day), reason=row.reason, works=row.works,
               county=row.county_code)  # fmt: skip
    session.delete(row)


def settle(session: Session, year: int, *, by: str, at: datetime) -> None:
    """The office has entered that year's notice whole: its other days are as the week has them, and no guess."""
    if WorkingDays().known(date(year, 1, 1)):
        raise CalendarError("该年度的放假安排已随系统公布，无需录入")
    of_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    query = select(func.count()).select_from(CalendarDay)
    entered = session.scalar(query.where(of_year, CalendarDay.county_code == "", CalendarDay.works.is_(False))) or 0
    if entered < FEWEST_DAYS_OFF:
        raise CalendarError("请先录入该年度全部放假和调休日期")
    if session.get(SettledYear, year) is None:
        session.add(SettledYear(year=year, by=by, at=at))
        audit.note(session, "calendar.settled", by=by, at=at, about=("year", year), days_off=entered)


def keep_special(session: Session, day: date, hours: str, *, reason: str, by: str, at: datetime) -> SpecialHours:
    """Have the line keep hours of its own on a day; none, for a closure."""
    why, line = _reason(reason), _hours(hours)
    row = session.get(SpecialHours, day) or SpecialHours(day=day)
    row.hours, row.reason, row.by, row.at = line, why, by, at
    session.add(row)
    audit.note(session, "hours.special", by=by, at=at, about=("day", day), reason=why, hours=line)
    return row


def forget_special(session: Session, row: SpecialHours, *, by: str, at: datetime) -> None:
    """On that day the line keeps its usual hours again."""
    audit.note(session, "hours.usual", by=by, at=at, about=("day", row.day), reason=row.reason, hours=row.hours)
    session.delete(row)


def year_without_plan(calendar: WorkingDays, *, on: date) -> int | None:
    """The year that begins within a month, or has begun, and whose holidays nobody here knows; None: all is known."""
    return next((day.year for day in (on, on + WARNED_AHEAD) if not calendar.known(day)), None)


def _reason(given: str) -> str:
    if not given.strip():
        raise CalendarError("请填写原因")
    return given.strip()[:100]


def _hours(given: str) -> str:
    line = given.replace("：", ":").replace("，", ",").replace("、", ",").strip()
    try:
        spans = read_hours(line).spans
    except HoursError as fault:
        raise CalendarError(_HOURS) from fault
    if any(not span.opens < span.closes <= 24 * 60 or len(span.days) < 7 for span in spans):
        raise CalendarError(_HOURS)
    return line[:80]
