"""What a set of rules comes to: matters as they might be told on its first day, with each deadline line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from dispatch.clocks import clocks, dispatching
from dispatch.clocks.clocks import Deadline
from dispatch.clocks.deadlines import HURRY
from dispatch.clocks.rules import Rules
from dispatch.tickets.tickets import Klass, Urgency
from hotline.calendar.days import WorkingDays
from hotline.settings import Settings
from hotline.times import CHINA

TOLD_AT = time(9, 0)


@dataclass(frozen=True)
class Example:
    """A matter that is told and dispatched at one moment: by when that had to be, by when it is accepted, and by
    when answered."""

    klass: Klass
    urgency: Urgency
    dispatch: Deadline
    accept: Deadline
    answer: Deadline


def examples(rules: Rules, day: date, calendar: WorkingDays, *, settings: Settings) -> Iterator[Example]:
    """One of each kind that the rules tell apart."""
    at = datetime.combine(day, TOLD_AT, CHINA)
    for klass, urgency in ((Klass.CONSULT, Urgency.NORMAL), (Klass.HELP, Urgency.NORMAL),
                           (Klass.HELP, Urgency.URGENT), (Klass.HELP, Urgency.CRITICAL)):  # fmt: skip
        sent = dispatching.within(rules, urgency, at, rules.dispatch_days, calendar, settings=settings)
        hours, soon = rules.hours(urgency), rules.accept_hours(urgency)
        if hours is None or soon is None:
            yield Example(klass, urgency, sent, clocks.due(at, rules.accept_days, calendar, settings=settings),
                          clocks.due(at, rules.days(klass), calendar, settings=settings))  # fmt: skip
        else:
            yield Example(klass, urgency, sent, clocks.due_in_hours(at, soon, why=HURRY[urgency]),
                          clocks.due_in_hours(at, hours, why=HURRY[urgency]))  # fmt: skip
