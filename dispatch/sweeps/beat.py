"""What wakes the sweeps: when the machine's clock is set, nothing that is owed waits until the old time comes again."""

from typing import Any

import structlog
from celery.beat import Scheduler

from hotline.clock import Clock

JUMP = 1.0  # seconds; less is a clock that is being kept right
log = structlog.get_logger()


class Beat(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Celery's own reckons by the time of day and keeps it in a file: set back by an hour it would sleep for one, and
    a restart would change nothing."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._clock = Clock()
        super().__init__(*given, **named)

    def tick(self, *given: Any, **named: Any) -> float:
        """Send what is due; how many seconds to sleep then."""
        if abs(self._clock.jumped()) > JUMP:
            self._begin_anew()
        seconds: float = super().tick(*given, **named)
        return seconds

    def _begin_anew(self) -> None:
        log.warning("clock.jumped")
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now()
        self._heap = None
