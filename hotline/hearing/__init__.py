"""The hearing of the hotline: what a caller says becomes text, offline, by whichever engine there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE = 8_000  # samples a second of all that is heard: the telephone's


class HearingError(Exception):
    """What was said could not be recognised; the text says why, for a person."""


class HearingMissing(HearingError):
    """The engine or its model isn't there, or doesn't answer; the text says what to do."""


class HearingBusy(HearingError):
    """As many are being recognised as this machine can: the caller had better use his keys."""


@dataclass(frozen=True)
class Understood:
    """What somebody said, in simplified characters, and how sure the engine is of it (0 to 100).

    An empty text: nobody spoke, or nothing that could be words. `seconds` is how long the sound was."""

    text: str
    score: int
    seconds: float


class Ear(Protocol):
    """Whoever recognises speech. Any thread may ask."""

    @property
    def name(self) -> str:
        """Engine and model in one word."""
        ...

    def hear(self, sound: Samples, *, words: Sequence[str] = ()) -> Understood:
        """Return what was said in one utterance at 8 kHz; `words` are what is likely to be said, best first.

        HearingBusy when there is no room, HearingMissing when there is no engine, HearingError otherwise."""
        ...
