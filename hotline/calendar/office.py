"""When an office is open: its own hours of the week, by the season, on the days that are worked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hotline.calendar.days import WorkingDays
from hotline.calendar.hours import Span, read_hours
from hotline.times import local

SEASONS = ("summer", "winter")
MONDAY, SATURDAY = 1, 5  # of isoweekday, of weekday
WEEKEND = "周末"
_DAYS = re.compile(r"([1-7])(?:-([1-7]))?")
_SEASON = re.compile(r"(\d\d-\d\d)/(\d\d-\d\d)")


@dataclass(frozen=True)
class OfficeHours:
    """The hours of one office. `winter` is empty where they are the same all the year; `season`: first and last day of
    the summer, as 05-01/09-30."""

    summer: tuple[Span, ...]
    winter: tuple[Span, ...]
    calendar: WorkingDays
    season: str

    def closed(self, at: datetime) -> str:
        """Why the office is closed at that moment, by the clock in Yuxi; empty when it is open."""
        there = local(at)
        spans = self._of(there.date(), there.isoweekday())
        if not spans:
            return f"{self.calendar.why(there.date())}，不办公"
        minute = there.hour * 60 + there.minute
        return "" if any(s.opens <= minute < s.closes for s in spans) else "不在办公时间"

    def _of(self, day: date, weekday: int) -> list[Span]:
        """The spans of a day. A weekend that is worked is worked like a Monday; one that isn't only where the office
        itself names that day; a holiday never."""
        season = self.winter if self.winter and not _in_season(day, self.season) else self.summer
        own = [span for span in season if weekday in span.days]
        if self.calendar.works(day):
            return own or [span for span in season if MONDAY in span.days]
        return own if self._plain_weekend(day) else []

    def _plain_weekend(self, day: date) -> bool:
        """Whether nothing but the weekend keeps that day from being worked: no holiday, and no word of the office."""
        return day.weekday() >= SATURDAY and day not in self.calendar.changed and self.calendar.why(day) == WEEKEND


def office_hours(spans: Iterable[Mapping[str, str]], calendar: WorkingDays, *, otherwise: str,
                 season: str) -> OfficeHours:
    """The hours as a department's base data keep them; `otherwise`, as 08:30-12:00,14:30-18:00 on working days, where
    it gave none."""
    told = list(spans)
    if not told:
        working = frozenset(range(1, 6))
        usual = tuple(Span(working, span.opens, span.closes) for span in read_hours(otherwise).spans)
        return OfficeHours(usual, (), calendar, season)
    summer, winter = (tuple(_span(s) for s in told if s.get("season", "summer") == name) for name in SEASONS)
    return OfficeHours(summer, winter, calendar, season)


def _span(told: Mapping[str, str]) -> Span:
    days = [(int(first), int(last or first)) for first, last in _DAYS.findall(told.get("days", "1-7"))]
    named = frozenset(day for first, last in days for day in range(first, last + 1))
    return Span(named, _minute(told.get("open", "00:00")), _minute(told.get("close", "24:00")))


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes or 0)


def _in_season(day: date, season: str) -> bool:
    found = _SEASON.fullmatch(season)
    return found is not None and found[1] <= f"{day:%m-%d}" <= found[2]
