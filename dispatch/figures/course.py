"""How the matters that were handed to departments went, day by day or month by month: what the picture shows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.figures.department_figures import Span, within
from dispatch.figures.rates import Rate, judged, late
from dispatch.tickets.handings import Handing
from hotline.accounts.accounts import Account
from hotline.local_days import local_day_of
from hotline.times import local_day

DAYS = 62
"""As many days as have a column each; of more, each month has one."""


@dataclass(frozen=True)
class Column:
    """The handings of a day or a month: answered in time, late, and all others."""

    first: date
    last: date
    in_time: int = 0
    late: int = 0
    others: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.in_time, self.late, self.others


def course(session: Session, span: Span, *, account: Account, at: datetime) -> list[Column]:
    """A column for each day or month of the time, also where nothing was handed to anybody."""
    of, day = judged(Rate.ANSWERED), local_day_of(Handing.at)
    own = select(day).where(within(span, account)).group_by(day)
    counts = func.count(), func.count().filter(of.whole), func.count().filter(of.part)
    still = {row[0]: row[1] for row in session.execute(own.add_columns(func.count()).where(late(at)[Rate.ANSWERED]))}
    found = {on: (part, whole - part + still.get(on, 0), every - whole - still.get(on, 0))
             for on, every, whole, part in session.execute(own.add_columns(*counts))}  # fmt: skip
    days = stretches(local_day(span.since), local_day(span.until) - timedelta(days=1))
    return [_column(first, last, found) for first, last in days]


def stretches(since: date, until: date) -> list[tuple[date, date]]:
    """The days from one to another, or their months, each by its first and last."""
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    if len(days) <= DAYS:
        return [(day, day) for day in days]
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    return [(own[0], own[-1]) for own in months.values()]


def _column(first: date, last: date, found: dict[date, tuple[int, int, int]]) -> Column:
    own = [counts for on, counts in found.items() if first <= on <= last]
    return Column(first, last, *(sum(c[n] for c in own) for n in range(3)))
