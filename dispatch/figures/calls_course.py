"""How the calls came, hour by hour of one day or day by day of several: what the board's picture shows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call, Outcome
from dispatch.figures.asked_hours import Hours, Sums, beginning, number_of, total
from hotline.durations import hour_of
from hotline.local_days import local_day_of
from hotline.times import day_begins, day_ends, local_day

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
    of = hour_of(Call.began_at) if first == last else local_day_of(Call.began_at)
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
    of_day: dict[date, list[Sums]] = {}
    for number, sums in hours.items():
        of_day.setdefault(local_day(beginning(number)), []).append(sums)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return tuple(_column(day_begins(day), DAY, calls[day], total(of_day.get(day, []))) for day in days)


def _column(begins: datetime, long: timedelta, calls: int, sums: Sums) -> Column:
    asked = sums.settled
    return Column(begins, begins + long, sums.answered, asked - sums.answered, calls - asked)
