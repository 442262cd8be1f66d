"""Speaking to a caller: fixed prompts and rendered sentences, each step under the exchange's own guard."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from agi.house import House
from agi.line import Line
from hotline.times import now
from hotline.voice import house_prompts, orders
from hotline.voice.rendering import write_whole
from hotline.voice.slower import slowed

_BYTES_A_SECOND = {".alaw": 8000, ".wav": 16000}  # what we make, and what the exchange records
GRACE = 1.5  # seconds that a sound may take beyond its length before the exchange takes the caller away
THOUGHT = 3.0  # seconds that we may think between two sounds before it does
ENDLESS = 100  # keys after a full entry: nobody presses so many, and what does isn't listened to any longer
PATIENCE = 8.0  # seconds a caller waits for a sentence that is still being made
LOCK_FILE = Path(__file__).parent.parent / "asterisk-conf" / "sounds" / "prompts.lock.json"


class NotSpoken(Exception):
    """A sentence has no sound yet and none came in time, or he would not wait for it (0): a person must say it."""


class Voice:
    """The machine's voice on one line."""

    def __init__(self, line: Line, house: House) -> None:
        self.line = line
        self.house = house
        self.slow = False  # whether what is rendered is said more slowly from now on
        line.before = self._guard

    def say(self, *sounds: str, interrupt: str = "") -> str:
        """Play sounds; the key that stopped them, or an empty text."""
        key = self.line.play(sounds, interrupt)
        self._thinking()
        return key

    def ask(self, *sounds: str, digits: int = 1, timeout: float = 4.0, alone: str = "0",
            pause: Callable[[str], float] | None = None) -> str:  # fmt: skip
        """Play sounds and collect keys; empty when nothing was pressed."""
        keys = self.line.ask(sounds, digits=digits, timeout=timeout, alone=alone, pause=pause)
        self._thinking()
        return keys

    def ask_word(self, *sounds: str, digits: int, timeout: float) -> str:
        """Collect keys up to `#`. Those beyond `digits` are heard to their end too: none of them chooses anything."""
        keys = self.ask(*sounds, digits=digits, timeout=timeout)
        return keys if len(keys) < digits else keys + self.more(digits=ENDLESS, timeout=timeout)

    def more(self, *, digits: int, timeout: float) -> str:
        """Keys that go on after an entry was full, up to `#`."""
        keys = self.line.rest(digits=digits, timeout=timeout)
        self._thinking()
        return keys

    def sounds_of(self, text: str) -> list[str]:
        """The sounds of a text, in order: what isn't made yet is ordered as urgent, and the first is waited for.

        NotSpoken when it doesn't come in time."""
        names = self._ordered(text)
        self._wait_for(names[:1])
        return [self._path(name) for name in names]

    def at_hand(self, text: str) -> list[str]:
        """The sounds of a text if all are made; else none, they are ordered as urgent, and nobody waits for them."""
        names = self._ordered(text)
        return [self._path(name) for name in names] if all(map(self._is_made, names)) else []

    def speak(self, text: str, *, interrupt: str = "") -> str:
        """Say a text sentence by sentence; the key that stopped it. NotSpoken when a sentence never came."""
        for name in self._ordered(text):
            self._wait_for([name])
            if key := self.say(self._path(name), interrupt=interrupt):
                return key
        return ""

    def slowly(self, prompts: Sequence[str]) -> list[str]:
        """The sounds of fixed prompts, more slowly: kept beside those that are rendered."""
        return [self._slow_prompt(prompt.removeprefix("hotline/")) for prompt in prompts]

    def _slow_prompt(self, name: str) -> str:
        settings = self.house.settings
        sound = house_prompts.sound(name, settings.folder)
        stem = settings.sounds / f"prompt-{hashlib.sha256(sound).hexdigest()[:24]}"
        if not stem.with_suffix(".alaw").exists():
            write_whole(stem.with_suffix(".alaw"), sound)
        return str(slowed(stem, settings.slower_percent))

    def _ordered(self, text: str) -> list[str]:
        """The names of a text's sounds; the database is asked only when one of them isn't there."""
        speaker = self.house.settings.voice
        names = self._names(text)
        if missing := [name for name in names if not self._is_made(name)]:
            with self.house.database.writing() as session:
                orders.order(session, text, voice=speaker, urgent=True, at=now())
                orders.lost(session, missing)
        return names

    def _names(self, text: str) -> list[str]:
        """As the office wants it read; a sentence that isn't made so yet, as it was read before."""
        readings, speaker = self.house.rules.now.readings, self.house.settings.voice
        names = orders.names_of(text, voice=speaker, readings=readings.wanted)
        if readings.wanted == readings.settled:
            return names
        before = orders.names_of(text, voice=speaker, readings=readings.settled)
        return [old if self._is_made(old) and not self._is_made(new) else new
                for new, old in zip(names, before, strict=True)]  # fmt: skip

    def _wait_for(self, names: Sequence[str]) -> None:
        until = time.monotonic() + PATIENCE
        for name in names:
            while not self._is_made(name):
                if time.monotonic() > until:
                    raise NotSpoken(name)
                if self.say("hotline/please_wait", interrupt="0"):
                    raise NotSpoken(name)

    def _thinking(self) -> None:
        """Until the next sound we think: not for long."""
        self.line.guard(THOUGHT)

    def _guard(self, sounds: Sequence[str], waits: float) -> None:
        """As long as the exchange plays or waits by itself: should we be stopped meanwhile, nobody waits for us."""
        self.line.guard(sum(map(self.seconds_of, sounds)) + waits + GRACE)

    def seconds_of(self, sound: str) -> float:
        """How long a sound lasts, as it is heard here."""
        if own := sound.startswith("hotline/") and seconds_of(str(self._own / sound)):
            return own
        return seconds_of(sound)

    @property
    def _own(self) -> Path:
        return house_prompts.folder(self.house.settings.folder)

    def _is_made(self, name: str) -> bool:
        return (self.house.settings.sounds / f"{name}.alaw").exists()

    def _path(self, name: str) -> str:
        path = self.house.settings.sounds / name
        return str(slowed(path, self.house.settings.slower_percent) if self.slow else path)


def seconds_of(sound: str) -> float:
    """How long a sound lasts."""
    if sound.startswith("silence/"):
        return float(sound.removeprefix("silence/"))
    if sound.startswith("hotline/"):
        return _prompt_seconds().get(sound.removeprefix("hotline/"), 10.0)
    for kind, bytes_a_second in _BYTES_A_SECOND.items():
        with suppress(FileNotFoundError):
            return Path(sound + kind).stat().st_size / bytes_a_second
    return 0.0


@cache
def _prompt_seconds() -> dict[str, float]:
    try:
        lock = json.loads(LOCK_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: float(row["seconds"]) for name, row in lock.items()}
