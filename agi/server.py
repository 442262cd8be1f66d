"""The FastAGI server: a bounded number of threads, one for each call, and a switchboard that wakes them."""

import socket
import sys
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread, stack_size
from time import monotonic, sleep
from types import TracebackType
from typing import Final, Self

import structlog
from structlog.contextvars import clear_contextvars

from agi.counts import Counter, Counts
from agi.session import Handler, converse
from agi.switchboard import Switchboard
from agi.wire import time_value
from hotline.stopping import stop_flag

_log = structlog.get_logger("agi")
_STACK: Final = 2 * 1024 * 1024  # virtual: only what is used takes memory
_SECONDS_TO_FIRST_BYTE: Final = 2


class Server:
    """Serves `handlers` by script name, at most `max_sessions` at a time.

    One call too many is closed at once, and the dialplan goes on to a person without waiting for us.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        address: tuple[str, int] = ("127.0.0.1", 4573),
        max_sessions: int = 256,
        backlog: int = 1024,
        environment_within: float = 2.0,
        answer_within: float = 5.0,
        reuse_port: bool = False,
        at_once: int = 1,
        beside: Callable[[Event], None] | None = None,
    ) -> None:
        self._handlers = dict(handlers)
        self._environment_within = environment_within
        self._answer_within = answer_within
        self._counter = Counter(max_sessions)
        self._open: dict[int, socket.socket] = {}
        self._lock = Lock()
        self._stopping = Event()
        self._listener = _listen(address, backlog, reuse_port=reuse_port, send_within=answer_within)
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        self._board = Switchboard(self._listener, self._counter, first_words_within=environment_within, at_once=at_once)
        self._beside = beside  # runs in a thread of its own until the event is set
        self._threads = [
            Thread(target=self._serve, name=f"agi-{number}", daemon=True) for number in range(max_sessions)
        ]

    def start(self) -> Self:
        """Begin to accept calls."""
        before = stack_size(_STACK)
        try:
            for thread in self._threads:
                thread.start()
        finally:
            stack_size(before)
        self._board.start()
        if self._beside is not None:
            Thread(target=self._beside, args=(self._stopping,), name="agi-beside", daemon=True).start()
        _log.info("listening", host=self.address[0], port=self.address[1], places=len(self._threads))
        return self

    def counts(self) -> Counts:
        """The figures of this moment."""
        return self._counter.snapshot()

    def drain(self, within: float = 30.0) -> bool:
        """Accept no more calls and let the open ones end; True when all have ended in `within` seconds."""
        self._close_door()
        deadline = monotonic() + within
        while self.counts().active and monotonic() < deadline:
            sleep(0.01)
        if self.counts().active:
            return False
        self._send_home()
        return True

    def stop(self, within: float = 2.0) -> None:
        """Accept no more calls and cut the open ones: the dialplan takes them to a person."""
        self._close_door()
        with self._lock:
            for connection in self._open.values():
                _shut(connection)
        if not self.drain(within):
            _log.warning("scripts still running", active=self.counts().active)

    def run(self, drain_within: float = 30.0) -> None:
        """Serve until SIGTERM or SIGINT, then drain and stop; for the main thread of a process."""
        asked = stop_flag()
        self.start()
        asked.wait()
        self.drain(drain_within)
        self.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _close_door(self) -> None:
        if not self._stopping.is_set():
            self._stopping.set()
            _shut(self._listener)
            self._listener.close()

    def _send_home(self) -> None:
        for _ in self._threads:
            self._board.send_home()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(1)
        self._board.stop(1)

    def _serve(self) -> None:
        while (connection := self._board.next_call()) is not None:
            self._receive(connection)

    def _receive(self, connection: socket.socket) -> None:
        clear_contextvars()  # of the call before
        ended_well = False
        try:
            ended_well = self._converse(connection)
        except Exception as fault:
            _log.error("session failed", fault=type(fault).__name__)
        finally:
            connection.close()
            self._counter.leave(failed=not ended_well)
            self._board.give()

    def _converse(self, connection: socket.socket) -> bool:
        number = connection.fileno()
        with self._lock:
            self._open[number] = connection
        try:
            return converse(
                connection,
                self._handlers,
                self._board,
                environment_within=self._environment_within,
                answer_within=self._answer_within,
            )
        finally:
            with self._lock:
                del self._open[number]


def _listen(address: tuple[str, int], backlog: int, *, reuse_port: bool, send_within: float) -> socket.socket:
    """A listening socket whose options every accepted one inherits."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listener = socket.create_server(address, family=family, backlog=backlog, reuse_port=reuse_port)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, time_value(send_within))
    if sys.platform == "linux":  # wake us only when the call's description has arrived
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _SECONDS_TO_FIRST_BYTE)
    return listener


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
