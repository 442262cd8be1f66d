"""Whole lines over one socket, each read within its time, none longer than allowed."""

import math
import socket
import struct
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final, TypeVar

from agi.errors import HungUp, LineLost
from agi.switchboard import Switchboard

T = TypeVar("T")
LONGEST_LINE: Final = 64 * 1024
_CHUNK: Final = 4096
_STEP: Final = 20  # waiting times are rounded up to a twentieth of a second, so that they seldom change


class Wire:
    """A connected stream socket, read line by line.

    The kernel's own receive time-out (SO_RCVTIMEO) is used, not `socket.settimeout`: that would cost a poll
    and one more hand-over of the interpreter lock with every read.
    """

    __slots__ = ("_board", "_gate", "_held", "_patience", "_socket")

    def __init__(self, connection: socket.socket, board: Switchboard | None = None) -> None:
        self._board = board
        self._gate = Lock()
        self._gate.acquire()
        if connection.gettimeout() is not None:
            connection.settimeout(None)
        self._socket = connection
        self._held = b""
        self._patience = 0.0

    def send(self, line: bytes) -> None:
        """Send one line whole; raises HungUp when the peer has closed, LineLost when it doesn't take it."""
        try:
            self._socket.sendall(line)
        except BlockingIOError as fault:
            raise LineLost("the exchange no longer reads what it is told") from fault
        except OSError as fault:
            raise HungUp("the line is closed") from fault

    def readline(self, deadline: float) -> bytes:
        """The next line without its end; `deadline` is on the monotonic clock."""
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > LONGEST_LINE:
                raise LineLost("the exchange sent a line without end")
            self._held += self._more(deadline)
        line, self._held = self._held[:end], self._held[end + 1 :]
        if end > LONGEST_LINE:
            raise LineLost("the exchange sent a line without end")
        return line.rstrip(b"\r")

    def paragraph(self, deadline: float) -> bytes | None:
        """All lines up to an empty one when they have come in one piece, as they nearly always do; otherwise None,
        and nothing is taken off."""
        if not self._held:
            self._held = self._more(deadline)
        end = self._held.find(b"\n\n", 0, LONGEST_LINE)
        if end < 0:
            return None
        found, self._held = self._held[:end], self._held[end + 2 :]
        return found

    def leftover(self) -> bool:
        """Whether something was received that nobody has read yet."""
        return bool(self._held)

    def _more(self, deadline: float) -> bytes:
        seconds = deadline - monotonic()
        if seconds <= 0:
            raise LineLost("the exchange did not answer in time")
        try:
            chunk = self._received(seconds)
        except BlockingIOError as fault:
            raise LineLost("the exchange did not answer in time") from fault
        except (OSError, ValueError) as fault:
            raise HungUp("the line is closed") from fault
        if not chunk:
            raise HungUp("the line is closed")
        return chunk

    def _received(self, seconds: float) -> bytes:
        """While we wait for the exchange, another script may run."""
        if self._board is None:
            self._wait_at_most(seconds)
            return self._socket.recv(_CHUNK)
        try:
            return self._socket.recv(_CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self._board.wait(self._socket.fileno(), self._gate, seconds)
            return self._socket.recv(_CHUNK, socket.MSG_DONTWAIT)

    def elsewhere(self, wait: Callable[[], T]) -> T:
        """Wait for something else than the exchange; another script may run meanwhile."""
        if self._board is None:
            return wait()
        self._board.give()
        try:
            return wait()
        finally:
            self._board.come_back(self._gate)

    def _wait_at_most(self, seconds: float) -> None:
        patience = math.ceil(seconds * _STEP) / _STEP
        if patience == self._patience:
            return
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, time_value(patience))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, time_value(patience))
        self._patience = patience


def time_value(seconds: float) -> bytes:
    """Seconds as the kernel's struct timeval."""
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
