"""What phrasings bring: askings whose entry was confirmed are asked again, with a month's phrasings and without."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.times import local_day
from knowledge_base.asked import Asked, Found, Way
from knowledge_base.entries import Approval, Entry, Phrasing, State
from knowledge_base.wording import normal

Search = Callable[[str], Sequence[int]]
"""The entries that are found for words, best first, at least five."""
Build = Callable[[frozenset[int]], Search]
"""The search as it would be without these phrasings."""
MOST_ASKINGS = 2000
NEAR = 60.0


@dataclass(frozen=True)
class Asking:
    """Words, the entry that was confirmed for them, and when."""

    words: str
    entry_id: int
    at: datetime


@dataclass(frozen=True)
class Worth:
    """What the phrasings approved in one month bring: the share of askings whose entry is first (s1), or among the
    first five (s5), with them and without. Askings that one of them was made from are left out."""

    month: date
    phrasings: int
    askings: int
    s1: float
    s5: float
    s1_without: float
    s5_without: float


@dataclass(frozen=True)
class Led:
    """How often a phrasing led to its entry when that was meant, and when another was."""

    phrasing_id: int
    right: int
    astray: int


def kept(session: Session, *, since: datetime | None = None, most: int = MOST_ASKINGS) -> list[Asking]:
    """The latest askings in words whose entry was confirmed and is still published."""
    query = (
        select(Asked.words, Asked.entry_id, Asked.at).join(Entry, Entry.id == Asked.entry_id)
        .where(Asked.found == Found.CHOSEN, Asked.way == Way.WORDS, Entry.state == State.PUBLISHED)
        .order_by(Asked.at.desc()).limit(most)
    )  # fmt: skip
    if since is not None:
        query = query.where(Asked.at >= since)
    return [Asking(words, entry_id or 0, at) for words, entry_id, at in session.execute(query)]


def learned(session: Session) -> dict[date, list[Phrasing]]:
    """Approved phrasings by the month of their approval, the latest month first."""
    query = select(Phrasing).where(Phrasing.approval == Approval.APPROVED, Phrasing.decided_at.is_not(None))
    months: dict[date, list[Phrasing]] = {}
    for row in session.scalars(query.order_by(Phrasing.decided_at.desc())):
        assert row.decided_at is not None  # noqa: S101 (the query says so)
        months.setdefault(local_day(row.decided_at).replace(day=1), []).append(row)
    return months


def measure(askings: Sequence[Asking], months: Mapping[date, Sequence[Phrasing]], build: Build) -> list[Worth]:
    """What each month's phrasings bring, as they stand today."""
    if not askings or not months:
        return []
    with_all = _found(askings, build(frozenset()))
    return [_worth(month, rows, askings, with_all, build) for month, rows in months.items()]


def led(askings: Iterable[Asking], search: Search, phrasings: Mapping[int, Sequence[Phrasing]]) -> list[Led]:
    """For each approved phrasing how often it led to the right entry and how often astray, the worst first.

    The entry that came first owes it to whichever of its phrasings is nearest to the words."""
    right, astray = Counter[int](), Counter[int]()
    for asking in askings:
        first = next(iter(search(asking.words)), 0)
        nearest = _nearest(asking.words, phrasings.get(first, ()))
        if nearest is not None:
            (right if first == asking.entry_id else astray)[nearest.id] += 1
    return sorted((Led(p, right[p], astray[p]) for p in {*right, *astray}), key=lambda one: (-one.astray, one.right))


def _worth(month: date, rows: Sequence[Phrasing], askings: Sequence[Asking],
           with_all: Sequence[Sequence[int]], build: Build) -> Worth:
    made_of = {(row.entry_id, normal(row.text)): row.decided_at for row in rows}
    fair = [n for n, a in enumerate(askings) if not _older(a, made_of.get((a.entry_id, normal(a.words))))]
    of = [askings[n] for n in fair]
    without = _found(of, build(frozenset(row.id for row in rows))) if of else []
    s1, s5 = _shares(of, [with_all[n] for n in fair])
    return Worth(month, len(rows), len(of), s1, s5, *_shares(of, without))


def _older(asking: Asking, decided_at: datetime | None) -> bool:
    """Whether the phrasing was approved after it was asked so: it may have been made from this very asking."""
    return decided_at is not None and asking.at <= decided_at


def _found(askings: Sequence[Asking], search: Search) -> list[Sequence[int]]:
    return [search(asking.words)[:5] for asking in askings]


def _shares(askings: Sequence[Asking], found: Sequence[Sequence[int]]) -> tuple[float, float]:
    if not askings:
        return 0.0, 0.0
    first = sum(ids[:1] == [a.entry_id] for a, ids in zip(askings, map(list, found), strict=True))
    five = sum(a.entry_id in ids for a, ids in zip(askings, found, strict=True))
    return round(first / len(askings), 4), round(five / len(askings), 4)


def _nearest(words: str, rows: Sequence[Phrasing]) -> Phrasing | None:
    said = normal(words)
    score, best = max(((fuzz.ratio(said, normal(r.text)), r) for r in rows), key=lambda p: p[0], default=(0.0, None))
    return best if score >= NEAR else None
