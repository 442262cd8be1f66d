"""What each sweep of the worker's beat costs with much in the database and nothing owed."""

import statistics
import time
from collections import defaultdict
from typing import Any

from dispatch.callbacks.trunk import Taken
from dispatch.sweeps.duty import Duty
from dispatch.sweeps.sweeper import SWEEPS
from hotline.database import Database
from hotline.events import Bus
from hotline.settings import Settings

TIMES, MOST = 20, 300
BUSY = 50  # ms that a beat takes while something is still owed
Took = dict[str, list[float]]  # ms of each sweep


def idle(settings: Settings, database: Database) -> list[dict[str, Any]]:
    """Each sweep, after all that the invented past still owes was done; nobody is rung."""
    full = Taken(settings.trunk_channels)
    duty = Duty(settings, database, Bus(settings.redis_address), lambda *_: None, frozenset, lambda: full)
    for _ in range(MOST):
        if _beat(duty, defaultdict(list)) < BUSY:
            break
    took: Took = defaultdict(list)
    for _ in range(TIMES):
        _beat(duty, took)
    return [{"sweep": name, "idle": round(statistics.median(times), 2)} for name, times in took.items()]


def _beat(duty: Duty, took: Took) -> float:
    """All sweeps once; how many ms the longest of them took."""
    for sweep in SWEEPS:
        began = time.perf_counter()
        sweep(duty)
        took[sweep.__name__].append(1000 * (time.perf_counter() - began))
    return max(times[-1] for times in took.values())
