"""The exchange in its container, started again when it dies: callers come to it before all others."""

from time import monotonic
from typing import Protocol

import structlog

from cli.engine import ExchangeError

SURE = 1.0  # seconds after which it is sure that nobody is just stopping it
PAUSE = 10.0  # seconds between two beginnings of one that dies at once
log = structlog.get_logger()


class Reviving(Protocol):
    """What can be seen to have died, and started."""

    def has_died(self) -> bool: ...

    def start(self) -> None: ...


class Revived:
    """One that is looked after."""

    def __init__(self, exchange: Reviving) -> None:
        self._exchange, self._seen_dead, self._again = exchange, 0.0, 0.0

    def tend(self) -> None:
        """Start it when it has died: a second later the first time, then after a pause."""
        if not self._exchange.has_died():
            self._seen_dead = 0.0
            return
        at = monotonic()
        self._seen_dead = self._seen_dead or at
        if at < max(self._seen_dead + SURE, self._again):
            return
        self._again = at + PAUSE
        log.warning("exchange.died")
        try:
            self._exchange.start()
        except ExchangeError as fault:
            log.error("exchange.not_started", reason=str(fault))
