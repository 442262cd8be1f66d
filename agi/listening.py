"""Listening to a caller: by the exchange's speech interface, by a recording where that fails; to his keys always."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from math import ceil
from pathlib import Path
from typing import Final

import structlog

from agi.errors import BadCommand, SoundMissing
from agi.line import ALL_KEYS, silence
from agi.voice import GRACE, Voice
from hotline.hearing import HearingBusy, HearingError
from hotline.hearing.expecting import BEGINNING, LONGEST, Expecting
from hotline.hearing.listening import Came
from hotline.hearing.plain import Asked
from hotline.hearing.remote import Remote

ENGINE: Final = "ear"  # its name in aeap.conf
THINKING: Final = 5.0  # seconds that a recognition may take
_SILENCE: Final = 3  # seconds of it that end a recording; the exchange counts them before he begins, too
_WORKERS: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="hearing")
_numbers: Final = count(1)
log = structlog.get_logger("agi")


@dataclass(frozen=True)
class Heard:
    """He spoke. An empty text: it could not be understood. `by`: the exchange's speech interface, or a recording."""

    text: str
    score: int
    by: str = "speech"


@dataclass(frozen=True)
class Keyed:
    """He pressed a key instead."""

    key: str


@dataclass(frozen=True)
class Nothing:
    """He neither spoke nor pressed a key."""


@dataclass(frozen=True)
class Deaf:
    """Nobody can hear him now (no engine, or a busy one): he has his keys."""

    why: str


Listened = Heard | Keyed | Nothing | Deaf


class Ears:
    """What the machine hears on one line. A hang-up raises HungUp, as everywhere."""

    def __init__(self, voice: Voice) -> None:
        self._voice, self._line = voice, voice.line
        self._settings = voice.house.settings
        self._remote = Remote(self._settings.ear_address, within=THINKING)

    def hear(self, *sounds: str, expecting: Expecting) -> Listened:
        """Play sounds and hear what he says, also while they play; a key ends it at any time."""
        heard = self._by_speech(sounds, expecting)
        if heard is None:
            heard = self._by_recording(sounds, expecting)
        self._voice.say()  # nothing: the guard is set anew
        return heard

    # -- the exchange's speech interface -------------------------------------------------------------------------
    def _by_speech(self, sounds: Sequence[str], expecting: Expecting) -> Listened | None:
        """None when the exchange reaches no engine, or loses it."""
        try:
            return self._spoken(sounds, expecting) if self._created() else None
        except (SoundMissing, BadCommand) as fault:
            log.warning("speech.failed", reason=str(fault))
            return None

    def _created(self) -> bool:
        self._line.guard(THINKING)
        self._line.set("ERROR", "")
        self._line.run("SpeechCreate", ENGINE)
        return self._line.get("ERROR") != "1"

    def _spoken(self, sounds: Sequence[str], expecting: Expecting) -> Listened | None:
        asked_for = sum(map(self._voice.seconds_of, sounds))
        tail = ceil(BEGINNING[expecting] + LONGEST[expecting] + THINKING)
        for name, value in (("SPEECH_ENGINE(expecting)", expecting), ("SPEECH_ENGINE(asked_for)", f"{asked_for:.1f}"),
                            ("SPEECH_DTMF_MAXLEN", "1"), ("SPEECH_DTMF_TERMINATOR", "")):  # fmt: skip
            self._line.set(name, value)
        self._line.run("SpeechStart")
        self._line.guard(asked_for + tail + GRACE)
        within = asked_for + tail + 2 * GRACE
        try:
            self._line.run("SpeechBackground", "&".join([*sounds, *silence(tail)]), 1, within=within)
            self._line.send_silence()
            return self._result()
        finally:
            with suppress(SoundMissing):
                self._line.run("SpeechDestroy")

    def _result(self) -> Listened | None:
        """What the exchange was told: nothing at all means that the engine is gone."""
        if self._line.get("SPEECH(results)") in {"", "0"}:
            return None
        text, grammar = self._line.get("SPEECH_TEXT(0)"), self._line.get("SPEECH_GRAMMAR(0)")
        match grammar:
            case "dtmf":
                return Keyed(text[:1])
            case Came.NOTHING:
                return Nothing()
            case Came.BUSY | Came.FAULT:
                return Deaf(grammar)
        return Heard(text, _number(self._line.get("SPEECH_SCORE(0)")))

    # -- a recording ---------------------------------------------------------------------------------------------
    def _by_recording(self, sounds: Sequence[str], expecting: Expecting) -> Listened:
        """The same engine, asked by ourselves; first whether it is there, before anybody speaks to it in vain."""
        self._line.guard(THINKING)
        try:
            self._line.until(_WORKERS.submit(self._remote.knock), THINKING)
        except (HearingError, TimeoutError) as fault:
            return Deaf(str(fault))
        if key := self._line.play(sounds, ALL_KEYS):
            return Keyed(key)
        path = self._settings.spool / "heard" / f"{self._line.environment.call_id[:60]}-{next(_numbers)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._recorded(path, expecting)
        finally:
            path.with_suffix(".alaw").unlink(missing_ok=True)  # the call's own recording holds it

    def _recorded(self, path: Path, expecting: Expecting) -> Listened:
        limit = LONGEST[expecting]
        self._line.guard(limit + _SILENCE + GRACE)
        kept = self._line.record(str(path), kind="alaw", limit=limit, stop=ALL_KEYS, silence=_SILENCE, beep=True)
        self._line.send_silence()
        if kept.ended_by == "dtmf":
            return Keyed(kept.key)
        if key := self._voice.say("hotline/please_wait", interrupt=ALL_KEYS):
            return Keyed(key)
        self._line.guard(2 * THINKING)
        coded = path.with_suffix(".alaw").read_bytes()
        try:
            asked = _WORKERS.submit(self._remote.hear_coded, coded, Asked("alaw", expecting))
            heard = self._line.until(asked, THINKING)
        except (HearingError, TimeoutError) as fault:
            return Deaf(Came.BUSY if isinstance(fault, HearingBusy) else str(fault))
        return Heard(heard.text, heard.score, by="recording") if heard.text else Nothing()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
