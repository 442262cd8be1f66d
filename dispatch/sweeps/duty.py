"""What a sweep works with: one installation, and what it asks of the exchange."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.trunk import Taken
from dispatch.sweeps.rounds import Rounds
from hotline.database import Database
from hotline.events import Bus
from hotline.settings import Settings

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

    def looked_lately(self, what: str, *, at: datetime) -> bool:
        """Whether it was looked for within the last ten minutes."""
        return at - self.looked.get(what, at - SELDOM) < SELDOM
