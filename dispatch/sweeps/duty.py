"""What a sweep works with: one installation, and what it asks of the exchange."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from time import sleep
from typing import TypeVar

from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.trunk import Taken
from dispatch.sweeps.rounds import Rounds
from hotline.database import Database
from hotline.events import Bus
from hotline.settings import Settings
from hotline.times import now

T = TypeVar("T")
BREATH = 0.03  # seconds between two short transactions: callers and operators write too, and SQLite has one writer
SELDOM = timedelta(minutes=10)
Dial = Callable[[Attempt, str], None]
Lines = Callable[[], Taken | None]
Living = Callable[[], frozenset[str] | None]


@dataclass(frozen=True)
class Duty:
    """One installation; `dial` asks the exchange to ring a number for an attempt, `living` for the ids of the channels
    and calls that live there, `lines` for what of the trunk is taken (None: it can't be asked)."""

    settings: Settings
    database: Database
    bus: Bus
    dial: Dial
    living: Living
    lines: Lines
    looked: dict[str, datetime] = field(default_factory=dict)  # when what is looked for seldom was looked for last
    rounds: Rounds = field(default_factory=Rounds)
    calendar: dict[str, object] = field(default_factory=dict)  # by which state of the calendar deadlines were counted

    def each(self, owed: Callable[[Session], Iterable[T]], do: Callable[[Session, T], object]) -> None:
        """Read what is owed, then do one after the other, each in a transaction of its own and with time for others."""
        with self.database.reading() as session:
            those = list(owed(session))
        for one in those:
            with self.database.writing() as session:
                do(session, one)
            sleep(BREATH)


def seldom(what: str) -> Callable[[Callable[[Duty, datetime], bool | None]], Callable[[Duty], None]]:
    """A sweep for what waits for nobody: it is looked for every ten minutes, but at the next beat where it broke off or
    says that there is more."""

    def made(sweep: Callable[[Duty, datetime], bool | None]) -> Callable[[Duty], None]:
        @wraps(sweep)
        def look(duty: Duty) -> None:
            at = now()
            if at - duty.looked.get(what, at - SELDOM) >= SELDOM and not sweep(duty, at):
                duty.looked[what] = at

        return look

    return made
