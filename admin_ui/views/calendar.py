"""The working-day calendar as the office keeps it, and the days on which the line has hours of its own."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.deeds import SOON, done
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish, wish_number
from admin_ui.people import who
from admin_ui.public.words import COUNTIES, WEEKDAYS
from hotline.accounts.roles import Permission
from hotline.calendar import keeping
from hotline.calendar.days import CalendarDay
from hotline.calendar.staffing import SpecialHours, Staffing, staffing
from hotline.times import local_day

DAYS_SHOWN = 14
blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")


@blueprint.get("")
@needs(Permission.LINE)
def listed() -> ResponseReturnValue:
    """What departs from the plan, the line's own days, and what both make of the next two weeks."""
    today = local_day(now())
    with reading() as session:
        line = staffing(session, settings=house().settings)
        own = select(SpecialHours).where(SpecialHours.day >= today).order_by(SpecialHours.day)
        lacking = keeping.year_without_plan(line.calendar, on=today)
        return render_template(
            "calendar.html", days=_wanted(session), special=session.scalars(own).all(), counties=COUNTIES,
            year=lacking, weekdays=WEEKDAYS, standing=line.standing(now()), ahead=_ahead(line, today), today=today,
        )  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.LINE)
def export() -> ResponseReturnValue:
    header = (gettext("日期"), gettext("地区"), gettext("上班或放假"), gettext("原因"), gettext("维护人"),
              gettext("时间"))  # fmt: skip
    with writing() as session:
        return csv_of(session, "calendar", header, (
            (row.day, COUNTIES.get(row.county_code, gettext("全市")), gettext("上班") if row.works else gettext("放假"),
             row.reason, who(row.by), row.at) for row in _wanted(session)))  # fmt: skip


@blueprint.post("")
@needs(Permission.LINE)
def keep() -> ResponseReturnValue:
    given = request.form
    county = given.get("county", "")
    if county and county not in COUNTIES:
        abort(400)
    first = _day(given.get("first", ""))
    last = _day(given.get("last", "")) if given.get("last") else first
    return _done(lambda s: keeping.keep(s, first, last, works=given.get("works") == "1", reason=given.get("reason", ""),
                                        county_code=county, by=me().login, at=now()))  # fmt: skip


@blueprint.post("/<day>/forget")
@needs(Permission.LINE)
def forget(day: str) -> ResponseReturnValue:
    key = (_day(day), request.form.get("county", ""))
    return _done(lambda s: keeping.forget(s, s.get(CalendarDay, key) or abort(404), by=me().login, at=now()))


@blueprint.post("/settle")
@needs(Permission.LINE)
def settle() -> ResponseReturnValue:
    year = number_in(request.form.get("year", "")) or abort(400)
    return _done(lambda s: keeping.settle(s, year, by=me().login, at=now()))


@blueprint.post("/hours")
@needs(Permission.LINE)
def keep_hours() -> ResponseReturnValue:
    given = request.form
    return _done(lambda s: keeping.keep_special(s, _day(given.get("day", "")), given.get("hours", "")[:80],
                                                reason=given.get("reason", ""), by=me().login, at=now()))  # fmt: skip


@blueprint.post("/hours/<day>/forget")
@needs(Permission.LINE)
def forget_hours(day: str) -> ResponseReturnValue:
    key = _day(day)
    return _done(lambda s: keeping.forget_special(s, s.get(SpecialHours, key) or abort(404), by=me().login, at=now()))


def _done(deed: Callable[[Session], object]) -> ResponseReturnValue:
    return done(deed, "calendar.listed", SOON)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        abort(400)


def _wanted(session: Session) -> list[CalendarDay]:
    year, text = wish_number("year") or local_day(now()).year, wish("q")
    rows = session.scalars(select(CalendarDay).order_by(CalendarDay.day, CalendarDay.county_code))
    return [row for row in rows if row.day.year == year and text in row.reason]


def _ahead(line: Staffing, today: date) -> list[tuple[date, str, str]]:
    """The next days: the hours of each in words, and why."""
    days = [today + timedelta(days=n) for n in range(DAYS_SHOWN)]
    return [(day, "、".join(f"{_clock(a)}–{_clock(b)}" for a, b in line.on(day)), line.why(day)) for day in days]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
