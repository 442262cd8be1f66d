"""What people hand in: words of a voice, or a tone, as a file."""

import io

import numpy as np
import soundfile

from hotline.voice import Sound, alaw
from hotline.voice.prompts import sound_path


def tone(hertz: float, seconds: float = 2.0, *, rate: int = 44_100, level: float = 0.3, around: float = 0.5) -> Sound:
    """A tone with silence before and after."""
    quiet = np.zeros(int(around * rate))
    made = level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    return np.concatenate([quiet, made, quiet]).astype(np.float32)


def spoken(name: str = "goodbye") -> Sound:
    """A prompt as the machine says it, 8000 samples a second."""
    return alaw.decode(sound_path(name).read_bytes())


def file(sound: Sound, rate: int = 44_100, kind: str = "WAV", **more: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, sound, rate, format=kind, **more)
    return out.getvalue()


def loudest_hertz(sound: Sound, rate: int = alaw.RATE) -> float:
    """The frequency that is heard."""
    heights = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(heights) * rate / len(sound))
