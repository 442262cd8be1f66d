"""When a thing must be confirmed again: pure arithmetic of days, nothing of the database."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is too short: 31 January + 1 is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def counts_from(confirmed_on: date | None, began_on: date) -> date:
    """The day that the interval counts from: the last confirmation, or the publication when that was later.

    What was never confirmed counts from its publication; who published anew has looked at it then."""
    return began_on if confirmed_on is None else max(confirmed_on, began_on)


def due_on(confirmed_on: date | None, began_on: date, *, every_months: int, due_by: date | None = None) -> date:
    """The day by which the thing must be confirmed again. `due_by`: it came from another department, and was due then
    at the latest: an interval that is longer here renews nothing."""
    day = months_after(counts_from(confirmed_on, began_on), max(1, every_months))
    return day if due_by is None else min(day, due_by)


@dataclass(frozen=True)
class Overdue:
    """How far beyond its day a thing is: days (0 when it isn't), and whether the days of grace are over too."""

    days: int
    beyond_grace: bool


def overdue(due: date, *, on: date, grace_days: int) -> Overdue:
    """The due day itself isn't overdue, and the last day of grace is still one."""
    days = max(0, (on - due).days)
    return Overdue(days, days > grace_days)


class State(StrEnum):
    """How near a thing is to its due day, best first."""

    FRESH = "fresh"
    SOON = "soon"  # due within the lead of the first reminder
    OVERDUE = "overdue"  # within the days of grace
    BEYOND = "beyond"  # the machine no longer speaks it


def state(due: date, *, on: date, grace_days: int, soon_days: int) -> State:
    """The state of a thing that is due on that day."""
    late = overdue(due, on=on, grace_days=grace_days)
    if late.beyond_grace:
        return State.BEYOND
    if late.days:
        return State.OVERDUE
    return State.SOON if (due - on).days <= soon_days else State.FRESH
