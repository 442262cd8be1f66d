"""The wire between a real exchange and its FastAGI, on which each command can be held back, or nothing come through."""

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

_DIFFERS = re.compile(r"\d{14}-[0-9a-f]+|[0-9a-f]{24,}|\d+(?:\.\d+)*")  # from call to call: whose it is, when, how long


@dataclass(frozen=True)
class Command:
    """What a script says to the exchange: how it came to it is what it said before."""

    channel: str
    script: str
    so_far: tuple[str, ...]

    @property
    def stage(self) -> str:
        return f"{self.script} {len(self.so_far)}: {self.so_far[-1]}"

    @property
    def lasts(self) -> bool:
        """Whether the caller may go in its midst, too."""
        return self.so_far[-1].startswith(("STREAM FILE", "EXEC Background", "EXEC Record", "EXEC Speech", "WAIT FOR DIGIT", "GET DATA"))


class Ward(Protocol):
    """Who minds the wire."""

    def reaches(self, channel: str, script: str) -> bool | None:
        """Whether the exchange reaches FastAGI for this script; None: it reaches it, and no answer comes back."""

    def commands(self, command: Command) -> None:
        """A script says this now; it goes on when this returns."""


class AgiWire:
    """Listens where the exchange looks for FastAGI, whose own place is `target`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target, self.ward = target, None  # type: tuple[str, int], Ward | None
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = f"127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._take_in, daemon=True).start()

    def _take_in(self) -> None:
        while True:
            near, _ = self._door.accept()
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near:
            words = _paragraph(near)
            told = dict(line.split(": ", 1) for line in words.decode(errors="replace").splitlines() if ": " in line)
            channel, script = told.get("agi_channel", ""), told.get("agi_network_script", "")
            reaches = self.ward.reaches(channel, script) if self.ward else True
            if reaches is False:
                return
            if reaches is None:
                while _some(near):  # until the exchange loses patience
                    pass
                return
            with suppress(OSError), socket.create_connection(self.target) as far:
                far.sendall(words)
                back = threading.Thread(target=_pump, args=(near, far), daemon=True)
                back.start()
                with suppress(OSError):
                    self._say(channel, script, far, near)
                _end(near)
                _end(far)
                back.join(10)

    def _say(self, channel: str, script: str, far: socket.socket, near: socket.socket) -> None:
        """What the script says, a line at a time."""
        so_far: tuple[str, ...] = ()
        with far.makefile("rb") as lines:
            for line in lines:
                so_far = (*so_far, _DIFFERS.sub("N", line.decode(errors="replace").strip().replace('"', "")))
                if self.ward:
                    self.ward.commands(Command(channel, script, so_far))
                near.sendall(line)


def _paragraph(link: socket.socket) -> bytes:
    """All that comes until an empty line."""
    came = b""
    while not came.endswith(b"\n\n") and (more := _some(link)):
        came += more
    return came


def _some(link: socket.socket) -> bytes:
    with suppress(OSError):
        return link.recv(65536)
    return b""


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65536):
            sink.sendall(content)
    _end(sink)


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
