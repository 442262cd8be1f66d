"""Who may run next: scripts take turns in order of arrival, so that none is overtaken for long."""

from collections import deque
from threading import Event, Lock, Thread
from typing import Final

_LOOK_EVERY: Final = 0.05
_NEWCOMERS_IN_A_ROW: Final = 8


class Turns:
    """A fair gate in front of the interpreter lock.

    Threads that all want the interpreter get it in no order: with hundreds of calls the unluckiest waits ten
    times as long as the average. So only `at_once` scripts run at a time; the others wait here, first come
    first served, a new call before one that has already been greeted. A script gives its turn back whenever it
    waits for the exchange. One that keeps it (a slow database) holds nobody up: when no turn has changed hands
    for a while, the next in line is let in besides.
    """

    def __init__(self, at_once: int = 2) -> None:
        self._free = at_once
        self._lock = Lock()
        self._new: deque[Lock] = deque()
        self._known: deque[Lock] = deque()
        self._in_a_row = 0
        self._given = self._seen = 0
        self._stopped = Event()

    def take(self, *, new: bool = False) -> None:
        """Wait for a turn."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            gate = Lock()
            gate.acquire()
            (self._new if new else self._known).append(gate)
        gate.acquire()

    def give(self) -> None:
        """Give the turn to the next in line."""
        with self._lock:
            self._given += 1
            self._free += 1
            if self._free > 0:
                self._admit()

    def watch(self) -> None:
        """See to it, in a thread of its own, that a turn nobody gives back holds nobody up."""
        Thread(target=self._watch, name="agi-turns", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY):
            with self._lock:
                if self._given == self._seen:
                    self._admit()
                self._seen = self._given

    def _admit(self) -> None:
        waiting = self._next()
        if waiting:
            self._free -= 1
            waiting.popleft().release()

    def _next(self) -> deque[Lock]:
        """The line whose turn it is: newcomers, but never so many in a row that the others starve."""
        if self._new and (not self._known or self._in_a_row < _NEWCOMERS_IN_A_ROW):
            self._in_a_row += 1
            return self._new
        self._in_a_row = 0
        return self._known
