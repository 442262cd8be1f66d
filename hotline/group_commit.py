"""Many small things that are to be written at the same moment, written in one transaction."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, Generic, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hotline.database import Database

T = TypeVar("T")
_MOST_AT_ONCE: Final = 100
_AGAIN: Final = 1.0  # seconds until what a database that was away did not take is offered to it again
_MOST_LATE: Final = 5000  # of what it did not take: older ones are given up
_Owed = tuple[T, "Future[None]"]


class GroupCommit(Generic[T]):
    """One thread, begun with the first thing, that writes whatever waits: a commit costs more than a row.

    While one transaction runs, the next ones gather. Nobody waits for others to come. What finds the database away, as
    while a busy disk holds up whoever writes, is told so at once and written later all the same: it has happened.
    """

    def __init__(self, database: Database, write: Callable[[Session, Sequence[T]], None]) -> None:
        self._database = database
        self._write = write
        self._waiting: SimpleQueue[_Owed[T]] = SimpleQueue()
        self._late: list[_Owed[T]] = []  # told of their fault already
        self._beginning = Lock()
        self._thread: Thread | None = None

    def add(self, thing: T) -> "Future[None]":
        """Have it written; the future is done once it is committed, or raises what went wrong. OperationalError: it is
        tried again, but nobody should wait for that."""
        written: Future[None] = Future()
        self._waiting.put((thing, written))
        if self._thread is None:
            self._begin()
        return written

    def _begin(self) -> None:
        with self._beginning:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            owed = self._gathered()
            if not owed or self._settle(owed):
                self._settle_late()

    def _settle_late(self) -> None:
        """Now that it takes something, or a while later; who comes meanwhile goes first."""
        while self._late and self._waiting.empty():
            some, self._late = self._late[:_MOST_AT_ONCE], self._late[_MOST_AT_ONCE:]
            if not self._settle(some):
                return

    def _gathered(self) -> list[_Owed[T]]:
        """Nothing: nobody came for a while, and some are late."""
        gathered: list[_Owed[T]] = []
        try:
            gathered.append(self._waiting.get(timeout=_AGAIN if self._late else None))
            while len(gathered) < _MOST_AT_ONCE:
                gathered.append(self._waiting.get_nowait())
        except Empty:
            pass
        return gathered

    def _settle(self, owed: Sequence[_Owed[T]]) -> bool:
        """One that can't be written doesn't take the others with it; False: the database is away, and took none."""
        try:
            with self._database.writing() as session:
                self._write(session, [thing for thing, _ in owed])
        except Exception as fault:
            away = isinstance(fault, OperationalError)
            if len(owed) > 1 and not away:
                each = [self._settle([one]) for one in owed]
                return all(each)
            for _, written in owed:
                if not written.done():
                    written.set_exception(fault)
            if away:
                self._late = [*self._late, *owed][-_MOST_LATE:]
            return not away
        for _, written in owed:
            if not written.done():
                written.set_result(None)
        return True
