"""附件9: by when a month is reported, and when its reminder comes. Calendar days that don't move. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from hotline.calendar.days import WorkingDays
from hotline.settings import Settings
from hotline.times import local_day

SETTLED = timedelta(hours=1)
"""What began in a month's last minute is known by then: a caller who is still handed on counts in no month else."""


class Level(StrEnum):
    """Who reports: a unit to its competent office, a county's office to the city's, the city's to everybody."""

    UNIT = "unit"
    COUNTY = "county"
    CITY = "city"


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def last_month(on: date) -> date:
    """The first day of the month that lies behind us."""
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def to_freeze(at: datetime) -> date:
    """The first day of the month whose figures are frozen by now."""
    return last_month(local_day(at - SETTLED))


def due(level: Level, first: date, *, settings: Settings) -> date:
    """The day before which the month is reported: on it, it is late."""
    days = {Level.UNIT: settings.report_unit_day, Level.COUNTY: settings.report_county_day,
            Level.CITY: settings.report_city_day}  # fmt: skip
    return next_month(first).replace(day=days[level])


def reminded(level: Level, first: date, calendar: WorkingDays, *, settings: Settings) -> date:
    """The last working day before it; the first of the month where all days before rest."""
    day = due(level, first, settings=settings) - timedelta(days=1)
    while not calendar.works(day) and day > next_month(first):
        day -= timedelta(days=1)
    return day
