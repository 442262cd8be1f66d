"""Looks ahead for the exchange, beside the listener's other work: what is being recorded has room before it needs it. A
PostgreSQL that has none on the same disk is left some.

Not in the worker: a broker that has no room on that disk for its own file refuses what it is told, which ends one."""

import threading
from time import monotonic, sleep, thread_time, time

import structlog

from hotline.database import Database
from hotline.settings import Settings
from recordings.ahead import Ahead

EVERY = 0.5  # seconds; of what begins on a full disk two seconds are in the exchange's hands
REST = 20  # times the processor's seconds that a look took: a spool that is full of recordings costs no processor
LEND_EVERY = 10.0  # seconds at least: whoever fills the disk gets at it, too
log = structlog.get_logger()


def look_ahead(settings: Settings, database: Database) -> None:
    """Begin to, from a thread. `database`: the one that the listener writes to, every few seconds at least."""
    threading.Thread(target=_look, args=(Ahead.of(settings), database), name="ahead", daemon=True).start()


def lend(ahead: Ahead, database: Database, *, before: float) -> float:
    """Leave a piece of the reserve to a database that has got stuck since; when (monotonic) it was last looked at."""
    if database.stuck_at <= before or monotonic() < before + LEND_EVERY:
        return before
    if ahead.reserve.lend():
        log.error("disk.lent_to_database", reserve_left=ahead.reserve.left)
    return monotonic()


def _look(ahead: Ahead, database: Database) -> None:
    told, lent = "", 0.0
    while True:
        began, said = thread_time(), ""
        try:
            ahead.look(at=time())
        except OSError as fault:
            said = str(fault.strerror)
        if said not in ("", told):
            log.error("disk.no_room_ahead", reason=said)
        told, lent = said, lend(ahead, database, before=lent)
        sleep(max(EVERY, REST * (thread_time() - began)))
