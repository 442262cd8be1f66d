"""Looks ahead for the exchange, beside the worker's other work: what is being recorded has room before it needs it."""

import threading
from time import sleep, thread_time, time

import structlog

from hotline.settings import Settings
from recordings.ahead import Ahead

EVERY = 0.5  # seconds; of what begins on a full disk two seconds are in the exchange's hands
REST = 20  # times the processor's seconds that a look took: a spool that is full of recordings costs no processor
log = structlog.get_logger()


def look_ahead(settings: Settings) -> None:
    """Begin to, from a thread."""
    threading.Thread(target=_look, args=(Ahead.of(settings),), name="ahead", daemon=True).start()


def _look(ahead: Ahead) -> None:
    told = ""
    while True:
        began, said = thread_time(), ""
        try:
            ahead.look(at=time())
        except OSError as fault:
            said = str(fault.strerror)
        if said not in ("", told):
            log.error("disk.no_room_ahead", reason=said)
        told = said
        sleep(max(EVERY, REST * (thread_time() - began)))
