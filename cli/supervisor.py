"""Keeps child processes running: starts them, restarts the ones that die, and leaves none behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO

import structlog

from cli.revived import Revived

STOP_WITHIN = 8.0
LONGEST_PAUSE = 10.0
LIVED_WELL = 60.0  # seconds after which a death counts as the first again
_PR_SET_PDEATHSIG = 1
log = structlog.get_logger()


@dataclass
class Child:
    """One process and how often it died lately."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log_file: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    start_at: float = field(default=0.0)
    began: float = field(default=0.0)

    def start(self) -> None:
        """Start it; should we die without stopping it, the kernel ends it."""
        self.began = time.monotonic()
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as out:
            self.process = _spawn(self.command, self.environment, out)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """The processes of one installation."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.exchanges: list[Revived] = []
        self._lock = Lock()
        self._stopping = False

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def tend(self) -> None:
        """Restart what died, the exchange too: at once the first time, then after a growing pause."""
        with self._lock:
            for child in self.children:
                if not child.alive() and not self._stopping:
                    _revive(child)
            for exchange in self.exchanges:
                if not self._stopping:
                    exchange.tend()

    def stop(self) -> None:
        """Stop all, the last started first; what does not go by itself is killed."""
        with self._lock:
            self._stopping = True
        for child in reversed(self.children):
            if child.alive() and child.process is not None:
                child.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN
        for child in reversed(self.children):
            if child.process is not None:
                _wait(child.process, until)
                _sweep_up(child)
        self.children.clear()


def _revive(child: Child) -> None:
    if child.start_at == 0.0:
        _sweep_up(child)
        child.deaths = 1 if time.monotonic() - child.began > LIVED_WELL else child.deaths + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (child.deaths - 1)) if child.deaths > 1 else 0.0
        child.start_at = time.monotonic() + pause
        log.warning("child.died", child=child.name, deaths=child.deaths, again_in=pause)
    if time.monotonic() >= child.start_at:
        child.start_at = 0.0
        child.start()


def _sweep_up(child: Child) -> None:
    """What a child started itself (the worker its clock) must not outlive it; each child leads a group of its own."""
    if child.process is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)


def ours(*arguments: str) -> list[str]:
    """The command line of one of our own subcommands, in this interpreter."""
    return [sys.executable, "-m", "cli.main", *arguments]


def _spawn(command: Sequence[str], environment: Mapping[str, str], out: IO[bytes]) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def die_with_parent() -> None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        start_new_session=True, preexec_fn=die_with_parent,  # noqa: PLW1509 (we have no threads yet)
    )  # fmt: skip


def _wait(process: subprocess.Popen[bytes], until: float) -> None:
    try:
        process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
