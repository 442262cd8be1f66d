"""The calls that asked for a person, hour by hour of their beginning: sums of which the board's figures of the line are
made, those of any 24 hours too."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from dispatch.calls.call_list import CONDITIONS, OnTheLine
from dispatch.calls.calls import Call, Outcome
from dispatch.figures.figures import Share
from hotline.durations import hour_of, most_seconds, seconds, total_seconds

WINDOW = timedelta(hours=24)


class Sums(NamedTuple):
    """Of calls that asked for a person: those of which it is known what became of them, those that a person answered,
    within 15 s, those whose caller gave up, those whose talk is over; seconds summed: until they asked and were
    answered or gone, from asking until then, and of talk; and the longest wait."""

    settled: int = 0
    answered: int = 0
    quick: int = 0
    abandoned: int = 0
    talks: int = 0
    whole: float = 0
    wait: float = 0
    talk: float = 0
    longest: float = 0


Hours = dict[int, Sums]


def asked(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """The calls that began in a time and asked for a person."""
    return and_(Call.direction == "in", Call.queued_at.is_not(None), Call.began_at >= begins, Call.began_at < ends)


def by_hours(session: Session, begins: datetime, ends: datetime) -> Hours:
    """The sums of each hour of a time in which anybody asked for a person."""
    over, hour = func.coalesce(Call.answered_at, Call.ended_at), hour_of(Call.began_at)
    gave_up = and_(*CONDITIONS[OnTheLine.LOST], Call.outcome == Outcome.ABANDONED)
    query = select(
        hour, func.count(over), func.count(Call.answered_at), _many(*CONDITIONS[OnTheLine.QUICK]), _many(gave_up),
        _many(Call.answered_at.is_not(None), Call.ended_at.is_not(None)), total_seconds(Call.began_at, over),
        total_seconds(Call.queued_at, over), total_seconds(Call.answered_at, Call.ended_at),
        most_seconds(Call.queued_at, over),
    ).where(asked(begins, ends)).group_by(hour)  # fmt: skip
    return {number: Sums(*sums) for number, *sums in session.execute(query)}


def number_of(moment: datetime) -> int:
    """The hour in which a moment lies, as `by_hours` counts them."""
    return int(moment.timestamp() // 3600)


def beginning(number: int) -> datetime:
    """The first moment of an hour."""
    return datetime.fromtimestamp(number * 3600, UTC)


def total(hours: Iterable[Sums]) -> Sums:
    """Of several hours together."""
    *sums, longest = list(zip(*hours, strict=True)) or [()]
    return Sums(*map(sum, sums))._replace(longest=max(longest, default=0))


class Window(NamedTuple):
    """Twenty-four hours from a moment on (in seconds from 1970), and how many were answered of who asked in them."""

    since: int
    share: Share

    @property
    def begins(self) -> datetime:
        return datetime.fromtimestamp(self.since, UTC)

    @property
    def ends(self) -> datetime:
        return self.begins + WINDOW


def windows(hours: Hours, begins: datetime, ends: datetime) -> list[Window]:
    """接通率 of each 24 hours that end in this time, on the hour; `hours` reach 24 hours further back."""
    first, last = number_of(begins) + 1, number_of(ends - timedelta(seconds=1)) + 1
    none, of_day = Sums(), WINDOW // timedelta(hours=1)
    rows = [hours.get(number, none) for number in range(first - of_day, last)]
    answered, settled = (list(accumulate(column, initial=0)) for column in
                         ([row.answered for row in rows], [row.settled for row in rows]))  # fmt: skip
    shares = (Share(answered[n + of_day] - answered[n], settled[n + of_day] - settled[n])
              for n in range(last - first + 1))  # fmt: skip
    return [Window((first - of_day + n) * 3600, share) for n, share in enumerate(shares)]


def lowest(every: Iterable[Window]) -> Window | None:
    """The 24 hours in which the fewest were answered; of several the first."""
    counted = [one for one in every if one.share.whole]
    return min(counted, key=lambda one: one.share.part / one.share.whole, default=None)


def answered_of(session: Session, begins: datetime, ends: datetime) -> Share:
    """接通率 of a time, to the moment."""
    settled = func.count(func.coalesce(Call.answered_at, Call.ended_at))
    return Share(*session.execute(select(func.count(Call.answered_at), settled).where(asked(begins, ends))).one())


def longest_wait(session: Session, hours: Hours) -> tuple[str, float] | None:
    """The call of these hours whose caller waited longest until he was answered or gone, and how many seconds."""
    if not any(sums.settled for sums in hours.values()):
        return None
    begins = beginning(max(hours, key=lambda number: hours[number].longest))
    over = func.coalesce(Call.answered_at, Call.ended_at)
    waited = seconds(Call.queued_at, over)
    query = select(Call.id, waited).where(asked(begins, begins + timedelta(hours=1)), over.is_not(None))
    row = session.execute(query.order_by(waited.desc(), Call.id).limit(1)).one()
    return row[0], row[1]


def _many(*so: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*so)
