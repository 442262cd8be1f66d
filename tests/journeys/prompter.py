"""Who tells people that SIPp plays when to go on: a script of seconds meets nobody's moment on a busy machine.

What happened is seen on the disk, where the exchange itself writes: all of ours may be dead."""

import csv
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli import sip
from cli.sip import Sipp
from cli.sip_scenario import FIRST_STEP, Step, Told
from tests.journeys.conftest import House

ANONYMOUS = "anonymous"


def call(house: House, caller: str, *steps: Step) -> Sipp:
    """Have somebody call who goes on, each time, once what he waits for is so."""
    line = sip.call(*steps, port=house.port, caller=caller)
    waits = [(FIRST_STEP + place, step.what) for place, step in enumerate(steps) if isinstance(step, Told) and step.what]
    if waits:
        threading.Thread(target=Prompter(house, "" if caller == ANONYMOUS else caller, line).follow, args=(waits,), daemon=True).start()
    return line


@dataclass
class Prompter:
    """One caller's, with what he has left so far."""

    house: House
    caller: str
    line: Sipp
    heard: set[str] = field(default_factory=set)

    def follow(self, waits: Sequence[tuple[int, str]]) -> None:
        """`queue`: he waits in it. `tone`: he hears the next one, and what he says is recorded. `code`: all that he left
        is complete, and so his code is given out; its slip lies there, or was taken in already."""
        for label, what in waits:
            while not (_listens(self.line, f"waits{label}") and getattr(self, what)()):
                if self.line.child.poll() is not None:
                    return
                time.sleep(0.15)
            _tell(self.line)

    def queue(self) -> bool:
        return any(row[0] == "APP_START" and row[9] == "Queue" for row in _noted(self.house, self.caller))

    def tone(self) -> bool:
        recorded = {name for name in self._left() if name.endswith(".wav")}
        new = bool(recorded - self.heard)
        self.heard |= recorded
        return new

    def code(self) -> bool:
        left = self._left()
        return not left or any(name.endswith(".txt") for name in left)

    def _left(self) -> set[str]:
        calls = {row[2] for row in _noted(self.house, self.caller)} - {""}
        return {path.name for path in (self.house.settings.spool / "messages").iterdir() if path.name.partition(".")[0] in calls}


def go_on(line: Sipp, place: int) -> None:
    """Have somebody go on who waits at this place of his steps."""
    while not _listens(line, f"waits{FIRST_STEP + place}"):
        assert line.child.poll() is None, line.result().log
        time.sleep(0.05)
    _tell(line)


def _noted(house: House, caller: str) -> list[list[str]]:
    """What the exchange itself noted of his channel."""
    lines = (line for line in house.noted().splitlines() if caller in line)
    return [row for row in csv.reader(lines) if row[3] == row[4] and row[6] == caller]


def waits_in_the_queue(house: House, caller: str, line: Sipp) -> None:
    """Wait until he does: whoever asked for a person hears first that he is led there."""
    house.eventually(lambda _: True if Prompter(house, caller, line).queue() else None)


def hang_up(line: Sipp) -> None:
    """Have somebody hang up who stays until he is told so (`Told()` is the last that he does)."""
    while not _listens(line, "waits*"):
        assert line.child.poll() is None, line.result().log
        time.sleep(0.05)
    _tell(line)
    result = line.result()
    assert (result.ok, result.failed) == (1, 0), result.log


def _listens(line: Sipp, name: str) -> bool:
    return any(Path(f"/proc/{line.child.pid}/cwd").glob(name))


def _tell(somebody: Sipp) -> None:
    words = somebody.child.args
    assert isinstance(words, list)
    port = int(str(words[words.index("-p") + 1]))
    lines = (f"MESSAGE sip:caller@127.0.0.1:{port} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{time.time_ns()}",
             "From: <sip:prompter@127.0.0.1>;tag=prompter", "To: <sip:caller@127.0.0.1>", f"Call-ID: 1-{somebody.child.pid}@127.0.0.1",
             "CSeq: 1 MESSAGE", "Max-Forwards: 70", "Content-Length: 0", "", "")  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as letter:
        letter.sendto("\r\n".join(lines).encode(), ("127.0.0.1", port))
