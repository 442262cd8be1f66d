"""The exchange in its container, started again when it dies, and when the clock was set: callers come to it first."""

from time import monotonic
from typing import Protocol

import structlog

from cli.engine import ExchangeError
from hotline.clock import Clock

SURE = 1.0  # seconds after which it is sure that nobody is just stopping it
PAUSE = 10.0  # seconds between two beginnings of one that dies at once
BACK, AHEAD = -10.0, 60.0  # seconds; its ticks go by the time of day: set back it stands still, set ahead it races
log = structlog.get_logger()


class Reviving(Protocol):
    """What can be seen to have died, and started."""

    def has_died(self) -> bool: ...

    def start(self) -> None: ...


class Revived:
    """One that is looked after."""

    def __init__(self, exchange: Reviving, clock: Clock | None = None) -> None:
        self._exchange, self._seen_dead, self._again = exchange, 0.0, 0.0
        self._clock = clock or Clock()

    def tend(self) -> None:
        """Start it when it has died: a second later the first time, then after a pause. Anew, at once, when the clock
        was set by more than its calls can bear."""
        if not BACK <= (seconds := self._clock.jumped()) <= AHEAD:
            log.warning("exchange.clock_set", seconds=round(seconds))
            self._start()
        elif self._exchange.has_died():
            self._revive(monotonic())
        else:
            self._seen_dead = 0.0

    def _revive(self, at: float) -> None:
        self._seen_dead = self._seen_dead or at
        if at >= max(self._seen_dead + SURE, self._again):
            self._again = at + PAUSE
            log.warning("exchange.died")
            self._start()

    def _start(self) -> None:
        try:
            self._exchange.start()
        except ExchangeError as fault:
            log.error("exchange.not_started", reason=str(fault))
