"""What was asked: per day and channel with how it went, where the right entry stood, and the commonest words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hotline.local_days import local_day_of
from hotline.times import day_begins, day_ends
from knowledge_base.asked import MISSED, Asked, Found, Unanswered, Way

MOST_DAYS = 92
LAST_PLACE = 5
TOP = 15


@dataclass(frozen=True)
class Day:
    """One day in Yuxi of one channel: how many askings went how."""

    on: date
    channel: str
    counts: dict[Found, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Words:
    """Words that were asked often: how often, and how often without finding anything for sure."""

    words: str
    asked: int
    missed: int


@dataclass(frozen=True)
class Picture:
    """A range of days. `places`: how often the confirmed entry stood at which place; the last one means that or later.

    `unanswered`: id, words, count within the range."""

    days: tuple[Day, ...]
    found: dict[Found, int]
    places: tuple[int, ...]
    words: tuple[Words, ...]
    unanswered: tuple[tuple[int, str, int], ...]

    def of(self, channel: str) -> tuple[Day, ...]:
        return tuple(d for d in self.days if d.channel == channel)

    @property
    def total(self) -> int:
        return sum(self.found.values())


def picture(session: Session, *, since: date, until: date, channels: Sequence[str]) -> Picture:
    """What was asked from one day to another, both included; at most MOST_DAYS, the latest."""
    since = max(since, until - timedelta(days=MOST_DAYS - 1))
    within = [Asked.at >= day_begins(since), Asked.at < day_ends(until)]
    dates = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    days = _days(session, within, dates, channels)
    found: Counter[Found] = Counter()
    for day in days:
        found.update(day.counts)
    return Picture(days, dict(found), _places(session, within), _words(session, within),
                   _unanswered(session, within))  # fmt: skip


def _days(session: Session, within: Sequence[ColumnElement[bool]], dates: Sequence[date],
          channels: Sequence[str]) -> tuple[Day, ...]:
    """Every one of these days with each channel, also those on which nobody asked."""
    days = {(on, channel): Day(on, channel, {}) for on in dates for channel in channels}
    by = local_day_of(Asked.at), Asked.channel, Asked.found
    for on, channel, found, count in session.execute(select(*by, func.count()).where(*within).group_by(*by)):
        if (on, channel) in days:
            days[on, channel].counts[Found(found)] = count
    return tuple(days.values())


def _places(session: Session, within: Sequence[ColumnElement[bool]]) -> tuple[int, ...]:
    query = select(Asked.place, func.count()).where(*within, Asked.found == Found.CHOSEN, Asked.place.is_not(None))
    places = [0] * LAST_PLACE
    for place, count in session.execute(query.group_by(Asked.place)):
        places[min(max(place or 1, 1), LAST_PLACE) - 1] += count
    return tuple(places)


def _words(session: Session, within: Sequence[ColumnElement[bool]]) -> tuple[Words, ...]:
    query = (
        select(Asked.words, func.count(), func.count().filter(Asked.found.in_(MISSED)))
        .where(*within, Asked.way != Way.KEYS).group_by(Asked.words)
        .order_by(func.count().desc(), Asked.words).limit(TOP)
    )  # fmt: skip
    return tuple(Words(*row) for row in session.execute(query))


def _unanswered(session: Session, within: Sequence[ColumnElement[bool]]) -> tuple[tuple[int, str, int], ...]:
    query = (
        select(Unanswered.id, Unanswered.words, func.count()).join(Asked, Asked.unanswered_id == Unanswered.id)
        .where(*within).group_by(Unanswered.id, Unanswered.words)
        .order_by(func.count().desc(), Unanswered.id).limit(TOP)
    )  # fmt: skip
    return tuple((row[0], row[1], row[2]) for row in session.execute(query))
