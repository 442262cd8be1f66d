"""Speaking to a caller: fixed prompts and rendered sentences, each step under the exchange's own guard."""

import json
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from agi.house import House
from agi.line import Line
from hotline.times import now
from hotline.voice import orders

A_LAW_BYTES_A_SECOND = 8000
GRACE = 5.0  # seconds that a step may take beyond its sounds before the exchange takes the caller away
PATIENCE = 8.0  # seconds a caller waits for a sentence that is still being made
LOCK_FILE = Path(__file__).parent.parent / "asterisk-conf" / "sounds" / "prompts.lock.json"


class NotSpoken(Exception):
    """A sentence has no sound yet and none came in time: a person must say it."""


class Voice:
    """The machine's voice on one line."""

    def __init__(self, line: Line, house: House) -> None:
        self.line = line
        self.house = house

    def say(self, *sounds: str, interrupt: str = "") -> str:
        """Play sounds; the key that stopped them, or an empty text."""
        self.line.guard(_length(sounds) + GRACE)
        return self.line.play(sounds, interrupt)

    def ask(self, *sounds: str, digits: int = 1, timeout: float = 4.0, alone: str = "0") -> str:
        """Play sounds and collect keys; empty when nothing was pressed."""
        self.line.guard(_length(sounds) + timeout * (digits + 1) + GRACE)
        return self.line.ask(sounds, digits=digits, timeout=timeout, alone=alone)

    def sounds_of(self, text: str) -> list[str]:
        """The sounds of a text, in order: what isn't made yet is ordered as urgent, and the first is waited for.

        NotSpoken when it doesn't come in time."""
        with self.house.database.writing() as session:
            names = orders.order(session, text, voice=self.house.settings.voice, urgent=True, at=now())
        self._wait_for(names[:1])
        return [self._path(name) for name in names]

    def speak(self, text: str, *, interrupt: str = "") -> str:
        """Say a text sentence by sentence; the key that stopped it. NotSpoken when a sentence never came."""
        with self.house.database.writing() as session:
            names = orders.order(session, text, voice=self.house.settings.voice, urgent=True, at=now())
        for name in names:
            self._wait_for([name])
            if key := self.say(self._path(name), interrupt=interrupt):
                return key
        return ""

    def _wait_for(self, names: Sequence[str]) -> None:
        until = time.monotonic() + PATIENCE
        for name in names:
            while not Path(self._path(name) + ".alaw").exists():
                if time.monotonic() > until:
                    raise NotSpoken(name)
                self.say("hotline/please_wait")

    def _path(self, name: str) -> str:
        return str(self.house.settings.sounds / name)


def _length(sounds: Sequence[str]) -> float:
    return sum(_seconds(sound) for sound in sounds)


def _seconds(sound: str) -> float:
    if sound.startswith("hotline/"):
        return _prompt_seconds().get(sound.removeprefix("hotline/"), 10.0)
    try:
        return Path(sound + ".alaw").stat().st_size / A_LAW_BYTES_A_SECOND
    except FileNotFoundError:
        return 0.0


@cache
def _prompt_seconds() -> dict[str, float]:
    try:
        lock = json.loads(LOCK_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: float(row["seconds"]) for name, row in lock.items()}
