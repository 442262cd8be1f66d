"""Reading everything again beside the index that is searched, because much changed or because somebody asked for it."""

import os
import socket
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from hotline import times
from hotline.database import Database
from knowledge_base.search import rebuilding
from knowledge_base.search.following import Following

AGAIN_AFTER = 60.0
"""Seconds at least between two whole readings that nobody asked for."""
log = structlog.get_logger()


class Aside:
    """Makes the next one in a thread of its own, while the other goes on to follow what changes meanwhile. `name`: what
    the process calls itself when it answers who asked for it."""

    def __init__(self, database: Database, name: str, following: Following) -> None:
        self._database, self._process = database, f"{name}@{socket.gethostname()}:{os.getpid()}"
        self._thread: threading.Thread | None = None
        self._asked = False
        self._made: Following | None = None
        self._again = self._beat = 0.0
        self._begun = self._told = following.order

    def begin_if_due(self, following: Following) -> None:
        """Begin when somebody asked for it, or the other is overdue; then not at once again after a failure."""
        asked = following.wanted > max(following.order, self._begun)
        if self._thread is not None or not (asked or (following.is_overdue and time.monotonic() > self._again)):
            return
        self._again, self._begun = time.monotonic() + AGAIN_AFTER, max(self._begun, following.wanted)
        self._asked = asked
        self._thread = threading.Thread(target=self._read, args=(asked,), name="index-anew", daemon=True)
        self._thread.start()

    def taken(self, following: Following) -> Following:
        """The one that was made meanwhile, when it is ready; else the other."""
        if self._thread is None or self._thread.is_alive():
            return following
        made, self._thread, self._made = self._made, None, None
        return made or following

    def beat(self) -> None:
        """Say every now and then, while it reads because somebody asked, that this process lives."""
        if self._thread is None or not self._asked or time.monotonic() < self._beat:
            return
        self._beat = time.monotonic() + rebuilding.BEAT_EVERY.total_seconds()
        self._write(lambda session: rebuilding.lives(session, self._begun, self._process, at=times.now()))

    def tell(self, following: Following) -> None:
        """Say once that the index that is searched now is one that was asked for, whichever way it was made."""
        if following.order > self._told:
            self._told = self._begun = following.order
            self._say(following.order, entries=len(following.index))

    def _read(self, asked: bool) -> None:
        made, order = Following(), self._begun
        try:
            if asked:
                with self._database.writing() as session:
                    rebuilding.begun(session, order, self._process, at=times.now())
            with self._database.reading() as session:
                made.begin(session, on=times.local_day(times.now())).ready()
            self._made = made
        except Exception as fault:
            log.error("index.not_made_anew", fault=repr(fault))
            if asked:
                self._say(order, entries=None, trouble=repr(fault))

    def _say(self, order: int, *, entries: int | None, trouble: str = "") -> None:
        self._write(lambda session: rebuilding.over(session, order, self._process, entries=entries, at=times.now(),
                                                    trouble=trouble))  # fmt: skip

    def _write(self, said: Callable[[Session], None]) -> None:
        """What can't be written down is logged: whoever searches has his index all the same."""
        try:
            with self._database.writing() as session:
                said(session)
        except Exception as fault:
            log.error("index.not_told", fault=repr(fault))
