"""Whole lines over one socket, each read within its time, none longer than allowed."""

import math
import socket
import struct
from time import monotonic
from typing import Final

from agi.errors import HungUp, LineLost
from agi.turns import Turns

LONGEST_LINE: Final = 64 * 1024
_CHUNK: Final = 4096
_STEP: Final = 20  # waiting times are rounded up to a twentieth of a second, so that they seldom change


class Wire:
    """A connected stream socket, read line by line.

    The kernel's own receive time-out (SO_RCVTIMEO) is used, not `socket.settimeout`: that would cost a poll
    and one more hand-over of the interpreter lock with every read.
    """

    __slots__ = ("_held", "_patience", "_socket", "turns")

    def __init__(self, connection: socket.socket) -> None:
        self.turns: Turns | None = None
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

    def leftover(self) -> bool:
        """Whether something was received that nobody has read yet."""
        return bool(self._held)

    def _more(self, deadline: float) -> bytes:
        self._wait_at_most(deadline - monotonic())
        try:
            chunk = self._received()
        except BlockingIOError as fault:
            raise LineLost("the exchange did not answer in time") from fault
        except OSError as fault:
            raise HungUp("the line is closed") from fault
        if not chunk:
            raise HungUp("the line is closed")
        return chunk

    def _received(self) -> bytes:
        """While we wait for the exchange, another script may run."""
        if self.turns is None:
            return self._socket.recv(_CHUNK)
        self.turns.give()
        try:
            return self._socket.recv(_CHUNK)
        finally:
            self.turns.take()

    def _wait_at_most(self, seconds: float) -> None:
        if seconds <= 0:
            raise LineLost("the exchange did not answer in time")
        patience = math.ceil(seconds * _STEP) / _STEP
        if patience == self._patience:
            return
        whole = int(patience)
        limit = struct.pack("ll", whole, int((patience - whole) * 1_000_000))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        except OSError as fault:
            raise HungUp("the line is closed") from fault
        self._patience = patience
