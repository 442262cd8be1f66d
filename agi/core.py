"""One core for the threads of FastAGI: a lock that is handed from core to core costs more than the work under it."""

import os


def stay_on_one_core() -> int | None:
    """Keep this process, and the threads that it starts from now on, on one of its cores; which one.

    Only one thread of Python runs at a time anyway. Where the one that wakes sits on another core than the one that
    hands over, each hand-over of the interpreter's lock waits for that core: measured, a third of the calls a second
    and four times the p99. Taken is the last core allowed, for devices interrupt the first ones. Nothing is done
    where there is no choice, or where the system knows no such wish.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        return None
    core = max(allowed)
    os.sched_setaffinity(0, {core})
    return core
