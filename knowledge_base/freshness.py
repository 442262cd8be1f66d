"""Freshness: how much of what a department keeps here is confirmed within its interval."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hotline.directory.departments import Department
from knowledge_base.due import State, overdue, state
from knowledge_base.things import Thing

WITHIN = frozenset({State.FRESH, State.SOON})
"""The states that count as confirmed within the interval."""


@dataclass(frozen=True)
class Terms:
    """The day that is asked about, and the office's numbers: days of grace, and of the first reminder's lead."""

    on: date
    grace_days: int
    soon_days: int

    def state(self, thing: Thing) -> State:
        return state(thing.due_on, on=self.on, grace_days=self.grace_days, soon_days=self.soon_days)

    def days_overdue(self, due_on: date) -> int:
        return overdue(due_on, on=self.on, grace_days=self.grace_days).days


@dataclass(frozen=True)
class Freshness:
    """One department. `next_due`: the first due day of its things, also when it has passed."""

    department: Department
    counts: Mapping[State, int]
    next_due: date
    days_overdue: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def within(self) -> int:
        """How many things are confirmed within the interval."""
        return sum(n for word, n in self.counts.items() if word in WITHIN)

    @property
    def percent(self) -> float:
        """Things confirmed within the interval ÷ all things that must be confirmed, in percent."""
        return 100 * self.within / self.total

    @property
    def worst(self) -> State:
        return max((word for word, n in self.counts.items() if n), key=list(State).index)


def freshness(departments: Sequence[Department], found: Iterable[Thing], *, terms: Terms) -> list[Freshness]:
    """Each department that keeps anything, the one that is longest overdue first."""
    kept: dict[int, list[Thing]] = {}
    for thing in found:
        kept.setdefault(thing.department_id, []).append(thing)
    rows = [_of(d, kept[d.id], terms) for d in departments if d.id in kept]
    return sorted(rows, key=lambda row: (row.next_due, row.department.code))


def _of(department: Department, own: list[Thing], terms: Terms) -> Freshness:
    counts = Counter(terms.state(thing) for thing in own)
    first = min(thing.due_on for thing in own)
    return Freshness(department, {word: counts[word] for word in State}, first, terms.days_overdue(first))
