"""Working time: the minutes of the offices' hours on working days, counted and added; lunch and rest days are none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline.calendar.days import WorkingDays
from hotline.calendar.hours import MINUTES_A_DAY, Hours
from hotline.calendar.staffing import moment
from hotline.times import local, local_day

FARTHEST = 3660  # days: hours without a minute in ten years are none


@dataclass(frozen=True)
class WorkingTime:
    """The hours that offices keep, on the days that one county works."""

    hours: Hours
    calendar: WorkingDays

    def on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """From when to when is worked on that day; a moved weekend keeps the hours of a Monday."""
        if not self.calendar.works(day):
            return ()
        spans = self.hours.on(day.isoweekday()) or self.hours.on(1)
        return tuple((moment(day, opens), moment(day, closes)) for opens, closes in spans)

    def closing(self, day: date) -> datetime:
        """When work ends on a day, be it worked or not."""
        spans = self.hours.on(day.isoweekday()) or self.hours.on(1) or ((0, MINUTES_A_DAY),)
        return min(moment(day, spans[-1][1]), moment(day, MINUTES_A_DAY) - timedelta(seconds=1))

    def between(self, since: datetime, until: datetime) -> timedelta:
        """How much of that time was worked."""
        total, day = timedelta(), local_day(since)
        while day <= local_day(until):
            for opens, closes in self.on(day):
                total += max(timedelta(), min(closes, until) - max(opens, since))
            day += timedelta(days=1)
        return total

    def next(self, at: datetime) -> datetime:
        """That moment, when it is worked then; else the next at which work begins."""
        day = local_day(at)
        for _ in range(FARTHEST):
            for opens, closes in self.on(day):
                if at < closes:
                    return local(max(at, opens))
            day += timedelta(days=1)
        return local(at)

    def after(self, start: datetime, time: timedelta) -> Iterator[tuple[date, timedelta, datetime]]:
        """So much working time after a moment: each day that was looked at, how much was worked off on it, and to what
        moment. The last moment is the end."""
        day, left = local_day(start), time
        for _ in range(FARTHEST):
            used, reached = timedelta(), start
            for opens, closes in self.on(day):
                begins = max(opens, start)
                step = min(left - used, max(timedelta(), closes - begins))
                used, reached = used + step, begins + step if step else reached
            left -= used
            yield day, used, local(reached)
            if not left:
                return
            day += timedelta(days=1)
