"""The voice of the hotline: text made speakable, spoken offline, kept as telephone sound."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]


class VoiceError(Exception):
    """Something could not be spoken; the text says what, for a person."""


class VoiceMissing(VoiceError):
    """The engine or its model isn't on this machine; the text says what to do."""


class Voice(Protocol):
    """Whoever speaks. Two voices with one name make the same sound of the same text."""

    @property
    def name(self) -> str:
        """Engine, model, speaker and version in one word."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second of what `speak` returns."""
        ...

    def speak(self, text: str, *, speed: float = 1.0) -> Sound:
        """Return one sentence of speakable text as mono sound between -1 and 1; VoiceError if it can't."""
        ...
