"""How much is invented, and over how long a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hotline.times import day_begins, local_day

HOURS = (1, 1, 1, 1, 1, 1, 2, 5, 14, 18, 17, 13, 7, 6, 13, 16, 15, 11, 6, 4, 3, 3, 2, 1)
"""How calls spread over a day."""
WEEKEND = 0.35  # of a working day's calls


@dataclass(frozen=True)
class Size:
    """So many incoming calls, of which so many bring a ticket, in the days before `at`."""

    calls: int
    tickets: int
    days: int
    at: datetime
    seed: int = 96128

    def brings_ticket(self, number: int) -> bool:
        """Whether the call of this number, from 0, brings one."""
        return (number + 1) * self.tickets // self.calls > number * self.tickets // self.calls


def beginnings(size: Size) -> Iterator[datetime]:
    """When each call begins, in order; as many as there are calls."""
    chance = Random(size.seed)  # noqa: S311 - nothing secret is drawn
    first = local_day(size.at) - timedelta(days=size.days)
    days = [first + timedelta(days=n) for n in range(size.days)]
    weights = [WEEKEND if day.weekday() > 4 else 1.0 for day in days]
    given, passed, whole = 0, 0.0, sum(weights)
    for day, weight in zip(days, weights, strict=True):
        passed += weight
        upto = size.calls if day == days[-1] else round(size.calls * passed / whole)
        midnight = day_begins(day)
        hours = chance.choices(range(24), HOURS, k=upto - given)
        for second in sorted(hour * 3600 + chance.random() * 3600 for hour in hours):
            yield midnight + timedelta(seconds=round(second, 3))
        given = upto
