"""Where an utterance begins and ends: a sentence is over when nobody has spoken for a while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from hotline.hearing import RATE, Samples
from hotline.hearing.speech import FRAME, FRAME_SECONDS

BEGINS: Final = 0.5  # chance of speech from which it counts as such
GOES_ON: Final = 0.35  # and below which it no longer does
_SHORTEST: Final = 0.1  # seconds of speech; a click is none
_LEAD: Final = 0.3  # seconds kept before the first sound, and of silence after the last


class Ended(StrEnum):
    """Why we listen no more."""

    SENTENCE = "sentence"  # he has spoken and is silent
    LONG = "long"  # he goes on and on
    NOTHING = "nothing"  # he says nothing


@dataclass(frozen=True)
class Patience:
    """Seconds: of silence that end a sentence, of one at most, and how long we wait for its beginning."""

    silence: float = 0.7
    longest: float = 20.0
    beginning: float = 10.0


@dataclass
class Utterance:
    """One utterance as it comes in. Time is what has been heard, and what the clock adds while nothing comes:
    a telephone may send nothing while its owner is silent."""

    chance: Callable[[Samples], float]
    patience: Patience = field(default_factory=Patience)
    ended: Ended | None = None
    _rest: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    _frames: list[Samples] = field(default_factory=list)
    _first: int | None = None
    _last: int = 0
    _spoken: int = 0

    def take(self, sound: Samples) -> Ended | None:
        """Hear more sound at 8 kHz; says when, and why, it's over. What comes after the end is left alone."""
        heard = np.concatenate([self._rest, sound])
        whole = len(heard) // FRAME * FRAME
        self._rest = heard[whole:]
        for frame in heard[:whole].reshape(-1, FRAME):
            if self.ended is None:
                self._judge(frame)
        return self.ended

    def silent(self, seconds: float) -> Ended | None:
        """So many seconds nothing came at all."""
        return self.take(np.zeros(round(seconds * RATE), dtype=np.float32))

    @property
    def begun(self) -> bool:
        """Whether he has begun to speak."""
        return self._spoken * FRAME_SECONDS >= _SHORTEST

    def sound(self) -> Samples:
        """What was said, with a little of what was around it; empty when nothing was."""
        if self._first is None:
            return np.zeros(0, dtype=np.float32)
        spare = round(_LEAD / FRAME_SECONDS)
        return np.concatenate(self._frames[max(0, self._first - spare) : self._last + 1 + spare])

    def _judge(self, frame: Samples) -> None:
        chance, place = self.chance(frame), len(self._frames)
        self._frames.append(frame)
        if chance >= (BEGINS if self._first is None else GOES_ON):
            self._first = place if self._first is None else self._first
            self._last, self._spoken = place, self._spoken + 1
        self.ended = self._verdict(place + 1)

    def _verdict(self, frames: int) -> Ended | None:
        quiet = (frames - 1 - self._last) * FRAME_SECONDS
        if self._first is None:
            return Ended.NOTHING if frames * FRAME_SECONDS >= self.patience.beginning else None
        if quiet >= self.patience.silence:
            if self.begun:
                return Ended.SENTENCE
            self._first, self._spoken = None, 0  # a click
            return None
        long = (frames - self._first) * FRAME_SECONDS >= self.patience.longest
        return Ended.LONG if long else None
