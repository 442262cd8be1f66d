"""How the calls came, hour by hour of one day or day by day of several: what the board's picture shows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FunctionElement

from dispatch.calls.calls import Call, Outcome
from dispatch.figures.asked_hours import Hours, Sums, beginning, number_of, total
from hotline.durations import hour_of
from hotline.local_days import local_day_of
from hotline.times import day_begins, day_ends

Outcomes = dict[tuple[date | int, Outcome | None], int]
"""How many calls of each hour, or of each day, came to what."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Column:
    """The calls of an hour or a day: those that a person answered, those that asked for one in vain, and the others."""

    begins: datetime
    ends: datetime
    answered: int
    unanswered: int
    others: int

    @property
    def calls(self) -> int:
        return self.answered + self.unanswered + self.others

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.answered, self.unanswered, self.others


def by_outcome(session: Session, first: date, last: date) -> Outcomes:
    """The calls that came in on these days."""
    of: FunctionElement[Any] = hour_of(Call.began_at) if first == last else local_day_of(Call.began_at)
    own = Call.direction == "in", Call.began_at >= day_begins(first), Call.began_at < day_ends(last)
    rows = session.execute(select(of, Call.outcome, func.count()).where(*own).group_by(of, Call.outcome))
    return {(on, outcome): count for on, outcome, count in rows}


def course(first: date, last: date, outcomes: Outcomes, hours: Hours) -> tuple[Column, ...]:
    """A column for each hour of one day, or for each of several days."""
    calls = Counter[date | int]()
    for (on, _), count in outcomes.items():
        calls[on] += count
    if first == last:
        begin = number_of(day_begins(first))
        return tuple(_column(beginning(n), HOUR, calls[n], hours.get(n, Sums())) for n in range(begin, begin + 24))
    found, begin = [], number_of(day_begins(first))
    for n in range((last - first).days + 1):
        own = [hours[number] for number in range(begin + 24 * n, begin + 24 * (n + 1)) if number in hours]
        found.append(_column(beginning(begin + 24 * n), DAY, calls[first + n * DAY], total(own)))
    return tuple(found)


def _column(begins: datetime, long: timedelta, calls: int, sums: Sums) -> Column:
    asked = sums.settled
    return Column(begins, begins + long, sums.answered, asked - sums.answered, calls - asked)
