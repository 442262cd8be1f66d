"""`make demo` as a newcomer meets it: twice, the second time at once, and nothing stays behind."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.journeys.conftest import PROJECT, environment

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]
STAYS = "The system runs. Ctrl-C stops all of it."
SOON = 20.0  # seconds, the second time


@dataclass
class Run:
    """One `make demo`, what it printed, and after how many seconds the first call was placed."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    first_call: float = 0.0

    def until_it_stays(self) -> None:
        began = time.monotonic()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("1. "):
                self.first_call = time.monotonic() - began
            if STAYS in line:
                return
        raise AssertionError("\n".join(self.lines[-40:]))

@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hl-demo-") as made:
        yield Path(made)


@contextmanager
def demo(folder: Path) -> Iterator[Run]:
    started = subprocess.Popen(["make", "--silent", "demo"], cwd=PROJECT, env=environment(folder), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
    try:
        yield Run(started)
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGINT)
            started.communicate(timeout=60)


def left_behind(folder: Path) -> list[str]:
    """Processes that were given this folder and still live."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told and int(process.name) != os.getpid():
            found.append((process / "cmdline").read_text(errors="replace").replace("\0", " "))
    return found


def test_make_demo_places_its_calls_stays_and_leaves_nothing_and_starts_at_once_the_second_time(folder: Path) -> None:
    for which in ("first", "second"):
        with demo(folder) as run:
            run.until_it_stays()
        text = "\n".join(run.lines)
        print(f"{which}: first call after {run.first_call:.1f} s")
        outcomes = Counter(re.findall(r"outcome=(\w+)", text))
        assert outcomes.pop("answered_by_machine", 0) in {1, 2}, text[-4000:]  # by key, and aloud where it can hear
        assert outcomes == {"directed": 1, "message_left": 1, "answered_by_operator": 1}, text[-4000:]
        assert "Pages:    http://" in text
        assert "operator1" in text
        assert run.process.returncode in (0, -signal.SIGINT, 130)
        assert left_behind(folder) == []
    assert run.first_call < SOON
