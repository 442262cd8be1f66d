"""What each sweep of the worker's beat costs with much in the database and nothing owed."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dispatch.callbacks.trunk import Taken
from dispatch.sweeps import Sweeper
from hotline.database import Database
from hotline.events import Bus
from hotline.settings import Settings

TIMES, MOST = 20, 300
BUSY = 50  # ms that a beat takes while something is still owed


@dataclass(frozen=True)
class Timed(Sweeper):
    """A worker that rings nobody and notes how long each sweep took, in ms."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def _guarded(self, sweep: Callable[[], None]) -> str:
        began = time.perf_counter()
        sweep()
        self.took[sweep.__name__].append(1000 * (time.perf_counter() - began))
        return ""

    def beat(self) -> float:
        """All sweeps once; how many ms the longest of them took."""
        self.sweep()
        return max(times[-1] for times in self.took.values())


def idle(settings: Settings, database: Database) -> list[dict[str, Any]]:
    """Each sweep, after all that the invented past still owes was done."""
    full = Taken(settings.trunk_channels)
    worker = Timed(settings, database, Bus(settings.redis_address), lambda *_: None, frozenset, lambda: full)
    for _ in range(MOST):
        if worker.beat() < BUSY:
            break
    for times in worker.took.values():
        times.clear()
    for _ in range(TIMES):
        worker.beat()
    return [{"sweep": name, "idle": round(statistics.median(times), 2)} for name, times in worker.took.items()]
