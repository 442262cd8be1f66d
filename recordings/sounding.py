"""What there is to hear in a recording: how long somebody speaks in it, and whether he was too loud for the line."""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FRAME = 0.02  # seconds that are measured together
SPEAKING = 10 ** (-45 / 20)  # of full scale: a soft voice on a telephone has five times as much, its noise a third
SHORTEST = 0.4  # seconds of speech below which nothing was said: a click, a breath, a cough
FULL = 0.95  # of full scale, where a telephone line cuts off what is louder
CUT_OFF = 0.02  # share of the samples of speech up there that makes words unclear; plain speech has next to none


@dataclass(frozen=True)
class Sounding:
    """Seconds in all, seconds in which somebody speaks, and the share of these that the line cut off."""

    seconds: float = 0.0
    spoken: float = 0.0
    cut_off: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing was said."""
        return self.spoken < SHORTEST

    @property
    def shouted(self) -> bool:
        """Whether he was so loud that he is hard to understand."""
        return self.cut_off > CUT_OFF


def sounding(path: Path) -> Sounding:
    """Measure a WAV of one channel and 16 bits; what isn't there, or has no sound in it, has nothing to hear."""
    try:
        with wave.open(str(path), "rb") as file:
            rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    except (FileNotFoundError, EOFError, wave.Error):
        return Sounding()
    return measured((samples / 32768).astype(np.float32), rate)


def measured(samples: NDArray[np.float32], rate: int) -> Sounding:
    """The same of samples between -1 and 1."""
    size = int(FRAME * rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    speaking = frames[np.sqrt(np.mean(frames**2, axis=1)) > SPEAKING] if len(frames) else frames
    cut_off = float(np.mean(np.abs(speaking) > FULL)) if len(speaking) else 0.0
    return Sounding(round(len(samples) / rate, 3), round(len(speaking) * FRAME, 3), round(cut_off, 4))
