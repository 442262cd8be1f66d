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
_Owed = tuple[T, "Future[None]"]


class GroupCommit(Generic[T]):
    """One thread, begun with the first thing, that writes whatever waits: a commit costs more than a row.

    While one transaction runs, the next ones gather. Nobody waits for others to come.
    """

    def __init__(self, database: Database, write: Callable[[Session, Sequence[T]], None]) -> None:
        self._database = database
        self._write = write
        self._waiting: SimpleQueue[_Owed[T]] = SimpleQueue()
        self._beginning = Lock()
        self._thread: Thread | None = None

    def add(self, thing: T) -> "Future[None]":
        """Have it written; the future is done once it is committed, or raises what went wrong."""
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
            self._settle(self._gathered())

    def _gathered(self) -> list[_Owed[T]]:
        gathered = [self._waiting.get()]
        try:
            while len(gathered) < _MOST_AT_ONCE:
                gathered.append(self._waiting.get_nowait())
        except Empty:
            pass
        return gathered

    def _settle(self, owed: Sequence[_Owed[T]]) -> None:
        """One that can't be written doesn't take the others with it; a database that is away takes all."""
        try:
            with self._database.writing() as session:
                self._write(session, [thing for thing, _ in owed])
        except Exception as fault:
            if len(owed) > 1 and not isinstance(fault, OperationalError):
                for one in owed:
                    self._settle([one])
                return
            for _, written in owed:
                written.set_exception(fault)
        else:
            for _, written in owed:
                written.set_result(None)
