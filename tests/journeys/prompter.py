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
AFTER_EACH_OTHER = 0.02  # seconds: so many who hang up at one moment there never are


def call(house: House, caller: str, *steps: Step) -> Sipp:
    """Have somebody call who goes on, each time, once what he waits for is so."""
    line = sip.call(*steps, port=house.port, caller=caller)
    waits = [(FIRST_STEP + place, step.what) for place, step in enumerate(steps) if isinstance(step, Told) and step.what]
    if waits:
        threading.Thread(target=Prompter(house, "" if caller == ANONYMOUS else caller).follow, args=(line, waits), daemon=True).start()
    return line


@dataclass
class Prompter:
    """One caller's, with what he has left so far."""

    house: House
    caller: str
    heard: set[str] = field(default_factory=set)

    def follow(self, line: Sipp, waits: Sequence[tuple[int, str]]) -> None:
        """`answer`: we have answered him. `person`: he is led to one. `queue`: he waits in it. `talk`: somebody is with him. `tone`: he hears the next one, and
        what he says is recorded. `code`: all that he left is complete, and so his code is given out; its slip lies there, or was
        taken in already."""
        for label, what in waits:
            while not (_listens(line, label) and getattr(self, what)()):
                if line.child.poll() is not None:
                    return
                time.sleep(0.15)
            _tell(line)

    def answer(self) -> bool:
        return any(row[0] == "ANSWER" for row in _noted(self.house, self.caller))

    def person(self) -> bool:
        return any(row[0] == "ASKED" for row in _noted(self.house, self.caller))

    def talk(self) -> bool:
        return any(row[0] == "BRIDGE_ENTER" for row in _noted(self.house, self.caller))

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


def go_on(line: Sipp, place: int, calls: int = 1) -> None:
    """Have somebody go on who waits at this place of his steps; of so many calls all, once the last has come there."""
    while not _listens(line, FIRST_STEP + place, calls):
        assert line.child.poll() is None, line.result().log
        time.sleep(0.05)
    for number in range(1, calls + 1):
        _tell(line, number)
        time.sleep(AFTER_EACH_OTHER)


def _noted(house: House, caller: str) -> list[list[str]]:
    """What the exchange itself noted of his channel."""
    lines = (line for line in house.noted().splitlines() if caller in line)
    return [row for row in csv.reader(lines) if row[3] == row[4] and row[6] == caller]


def until(house: House, caller: str, what: str) -> None:
    """Wait until that is so of him: he `queue`s some seconds after he asked for a `person`, for he hears first that he is led
    there."""
    prompter = Prompter(house, caller)
    house.eventually(lambda _: getattr(prompter, what)() or None)


def hang_up(line: Sipp) -> None:
    """Have somebody hang up who stays until he is told so (`Told()` is the last that he does)."""
    while not _listens(line, "*"):
        assert line.child.poll() is None, line.result().log
        time.sleep(0.05)
    _tell(line)
    result = line.result()
    assert (result.ok, result.failed) == (1, 0), result.log


def _listens(line: Sipp, label: int | str, calls: int = 1) -> bool:
    return len(list(Path(f"/proc/{line.child.pid}/cwd").glob(f"waits{label}-*"))) >= calls


def _tell(somebody: Sipp, number: int = 1) -> None:
    words = somebody.child.args
    assert isinstance(words, list)
    port = int(str(words[words.index("-p") + 1]))
    lines = (f"MESSAGE sip:caller@127.0.0.1:{port} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{time.time_ns()}",
             "From: <sip:prompter@127.0.0.1>;tag=prompter", "To: <sip:caller@127.0.0.1>", f"Call-ID: {number}-{somebody.child.pid}@127.0.0.1",
             "CSeq: 1 MESSAGE", "Max-Forwards: 70", "Content-Length: 0", "", "")  # fmt: skip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as letter:
        letter.sendto("\r\n".join(lines).encode(), ("127.0.0.1", port))
