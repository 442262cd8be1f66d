"""Takes calls in and decides which script runs next, so that none is overtaken for long."""

import select
import socket
from collections import deque
from queue import SimpleQueue
from threading import Lock, Thread, get_ident
from time import monotonic, sleep
from typing import Final

from agi.counts import Counter

_LOOK_EVERY: Final = 0.03
_NEWCOMERS_IN_A_ROW: Final = 16
_READABLE_ONCE: Final = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT


class Switchboard:
    """One thread that waits for all sockets; each script has a thread of its own, woken when it is its turn.

    Hundreds of threads that all want the interpreter lock get it in no order, and the unluckiest call waits
    ten times as long as the average. So `at_once` scripts run at a time and the others sleep, also when their
    answer has come: first come first served, a new call before one that has been greeted. A script's turn
    ends when it waits for the exchange. One that keeps its turn (a slow database) holds nobody up: when no turn
    has changed hands for 30 ms, its place is another's from then on, and when it goes on it is one too many.
    """

    def __init__(self, listener: socket.socket, counter: Counter, *, first_words_within: float, at_once: int) -> None:
        self._arrivals: SimpleQueue[socket.socket | None] = SimpleQueue()
        self._listener = listener
        self._door = listener.fileno()
        self._counter = counter
        self._first_words_within = first_words_within
        self._poll = select.epoll()
        self._lock = Lock()
        self._free = at_once
        self._silent: dict[int, tuple[socket.socket, float]] = {}
        self._asleep: dict[int, Lock] = {}
        self._new: deque[socket.socket] = deque()
        self._known: deque[Lock] = deque()
        self._turns: set[int] = set()  # the threads whose place is their own
        self._in_a_row = self._given = self._seen = 0
        self._looked = monotonic()
        self._stopped = False
        self._thread = Thread(target=self._run, name="agi-switchboard", daemon=True)

    def start(self) -> None:
        """Take calls."""
        self._listener.setblocking(False)
        self._poll.register(self._door, select.EPOLLIN)
        self._thread.start()

    def stop(self, within: float) -> None:
        """Take no more part in anything."""
        self._stopped = True
        if self._thread.ident is not None:
            self._thread.join(within)

    def send_home(self) -> None:
        """One thread that asks for the next call is told that there is none."""
        self._arrivals.put(None)

    # -- for the scripts' threads ----------------------------------------------------------------------------
    def next_call(self) -> socket.socket | None:
        """Wait for a new call and the turn to begin with it; None: there are no more."""
        connection = self._arrivals.get()
        if connection is not None:
            self._took()
        return connection

    def wait(self, number: int, gate: Lock, seconds: float) -> None:
        """Give the turn away until the socket can be read (or time is over) and it is our turn again.

        `gate` is the caller's own lock, held by him.
        """
        self._asleep[number] = gate
        try:
            self._poll.modify(number, _READABLE_ONCE)
        except FileNotFoundError:
            self._poll.register(number, _READABLE_ONCE)
        self.give()
        if not gate.acquire(timeout=seconds):
            self._ready(number)
            gate.acquire()
        self._took()

    def give(self) -> None:
        """The turn is over: let the next one in, unless it was let in long ago."""
        with self._lock:
            self._given += 1
            if get_ident() in self._turns:
                self._end(get_ident())

    def come_back(self, gate: Lock) -> None:
        """Who gave his turn away to wait for something else than the exchange stands in line again."""
        with self._lock:
            self._known.append(gate)
            self._admit_if_free()
        gate.acquire()
        self._took()

    def _took(self) -> None:
        with self._lock:
            self._turns.add(get_ident())

    # -- the switchboard's own thread ------------------------------------------------------------------------
    def _run(self) -> None:
        while not self._stopped:
            for number, _ in self._poll.poll(_LOOK_EVERY):
                if number == self._door:
                    self._take_in()
                else:
                    self._ready(number)
            if monotonic() - self._looked > _LOOK_EVERY:
                self._look()
        self._poll.close()

    def _take_in(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return
        except OSError:  # out of descriptors, or the door was closed: no reason to spin
            sleep(_LOOK_EVERY)
            return
        if not self._counter.enter():
            connection.close()
            return
        number = connection.fileno()
        self._silent[number] = (connection, monotonic() + self._first_words_within)
        self._poll.register(number, _READABLE_ONCE)

    def _ready(self, number: int) -> None:
        """Who waited for this socket stands in line from now on."""
        with self._lock:
            if newcomer := self._silent.pop(number, None):
                self._new.append(newcomer[0])
            elif gate := self._asleep.pop(number, None):
                self._known.append(gate)
            else:
                return
            self._admit_if_free()

    def _end(self, thread: int) -> None:
        """Its place is another's."""
        self._turns.remove(thread)
        self._free += 1
        self._admit_if_free()

    def _admit_if_free(self) -> None:
        if self._free > 0:
            self._admit()

    def _admit(self) -> None:
        if self._new and (not self._known or self._in_a_row < _NEWCOMERS_IN_A_ROW):
            self._in_a_row += 1
            self._free -= 1
            self._arrivals.put(self._new.popleft())
        elif self._known:
            self._in_a_row = 0
            self._free -= 1
            self._known.popleft().release()

    def _look(self) -> None:
        """Now and then: is somebody keeping his turn, has somebody called and said nothing?"""
        self._looked = monotonic()
        with self._lock:
            if self._given == self._seen:
                for thread in list(self._turns):
                    self._end(thread)
            self._seen = self._given
            mute = [number for number, (_, until) in self._silent.items() if until < self._looked]
        for number in mute:
            self._ready(number)
