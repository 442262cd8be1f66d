"""Hours of the day and of the week, read from a line such as `1-5 08:30-12:00,14:30-18:00`."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.times import CHINA, local

_WEEKLY = re.compile(r"(?:(\d)(?:-(\d))?\s+)?(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
MINUTES_A_DAY = 24 * 60


class HoursError(Exception):
    """A line of hours that can't be read."""


@dataclass(frozen=True)
class Span:
    """From one minute of the day to another, on some days of the week (1 = Monday)."""

    days: frozenset[int]
    opens: int
    closes: int


@dataclass(frozen=True)
class Hours:
    """A week's opening hours."""

    spans: tuple[Span, ...]

    def holds(self, at: datetime) -> bool:
        """Whether it is open at that moment, by the clock in Yuxi."""
        there = local(at)
        minute = there.hour * 60 + there.minute
        return any(there.isoweekday() in s.days and s.opens <= minute < s.closes for s in self.spans)

    def on(self, weekday: int) -> tuple[tuple[int, int], ...]:
        """The spans of one day of the week (1 = Monday), in minutes and in order; what meets or overlaps is one."""
        joined: list[tuple[int, int]] = []
        for opens, closes in sorted((s.opens, s.closes) for s in self.spans if weekday in s.days):
            if joined and opens <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
            else:
                joined.append((opens, closes))
        return tuple(joined)


def read_hours(line: str) -> Hours:
    """Read `1-5 08:30-12:00,14:30-18:00`; days hold on until others are named; none means every day."""
    spans: list[Span] = []
    days = frozenset(range(1, 8))
    for part in filter(None, (p.strip() for p in line.split(","))):
        found = _WEEKLY.fullmatch(part)
        if found is None:
            raise HoursError(f"'{part}' is not a time such as 1-5 08:30-12:00")
        first, last, *clock = found.groups()
        if first:
            days = frozenset(range(int(first), int(last or first) + 1))
        oh, om, ch, cm = map(int, clock)
        spans.append(Span(days, oh * 60 + om, ch * 60 + cm))
    return Hours(tuple(spans))


def next_sensible(at: datetime, hours: Hours) -> datetime:
    """The first moment from `at` on at which a citizen may be rung."""
    for days in range(8):
        day = local(at).date() + timedelta(days=days)
        for span in sorted(hours.spans, key=lambda s: s.opens):
            if day.isoweekday() not in span.days:
                continue
            opens = datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(minutes=span.opens)
            closes = opens + timedelta(minutes=span.closes - span.opens)
            if at < closes:
                return max(at, opens)
    return at
