"""Whose turn a reminder of an update is: days around a due day, and again while it stays over; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hotline.calendar.days import WorkingDays
from hotline.settings import Settings


@dataclass(frozen=True)
class Plan:
    """The office's numbers: the days around a due day, in their order, and how long after the last word it is repeated
    (0: never)."""

    steps: tuple[int, ...]
    repeat_days: int

    @property
    def lead(self) -> int:
        """How many days ahead the first reminder comes: from there on a thing counts as due soon."""
        return max(0, -min(self.steps, default=0))


@dataclass(frozen=True)
class Turn:
    """What a department is reminded of: a due day, and how many days before (-) or after it that is."""

    due_on: date
    step: int


def plan(settings: Settings) -> Plan:
    """The plan that the settings hold."""
    steps = {int(step) for step in settings.update_reminders.split(",") if step.strip()}
    return Plan(tuple(sorted(steps)), settings.update_repeat_days)


def day_of(due_on: date, step: int, calendar: WorkingDays) -> date:
    """The day of one reminder: on a rest day it comes on the last working day before.

    But nobody is told that a day has passed before it has: what would come too early so, in a long holiday, waits
    for the first working day."""
    day = due_on + timedelta(days=step)
    while not calendar.works(day):
        day -= timedelta(days=1)
    while step > 0 and (day <= due_on or not calendar.works(day)):
        day += timedelta(days=1)
    return day


def step_of(due_on: date, *, on: date, steps: Iterable[int], calendar: WorkingDays) -> int | None:
    """The step of one due day whose day came last; None before the first."""
    return next((step for step in sorted(steps, reverse=True) if day_of(due_on, step, calendar) <= on), None)


def turn(days: Iterable[date], *, on: date, plan: Plan, told_on: date | None, calendar: WorkingDays) -> Turn | None:
    """What a department with these due days must be told today; None when nothing is, and on a rest day.

    One reminder a day: it leads to all that is due, so it stands for every step whose day has come by then
    (`told_on`: the day of the last one), and what was missed is not made up for. Of several new steps the nearest is
    told, of those of one day the one that is due first. When there is none, and something is over for longer than the
    last step, the one that is over longest is told again."""
    if not calendar.works(on) or (told_on is not None and told_on >= on):
        return None
    came = [(day_of(due, step, calendar), Turn(due, step)) for due in days
            if (step := step_of(due, on=on, steps=plan.steps, calendar=calendar)) is not None]  # fmt: skip
    if fresh := [one for one in came if told_on is None or one[0] > told_on]:
        return min(fresh, key=lambda one: (on - one[0], one[1].due_on))[1]
    return _again([one for _, one in came], on=on, plan=plan, told_on=told_on)


def _again(came: list[Turn], *, on: date, plan: Plan, told_on: date | None) -> Turn | None:
    over = [one.due_on for one in came if one.step == plan.steps[-1] and one.due_on < on]
    if not over or told_on is None or not plan.repeat_days or (on - told_on).days < plan.repeat_days:
        return None
    return Turn(min(over), (on - min(over)).days)
