"""Telephone sound as the engines want it: G.711 opened to samples, 8 kHz brought to 16."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hotline.hearing import RATE, Samples
from hotline.voice import alaw

_TAPS: Final = 63
_BIAS: Final = 0x84


def from_alaw(coded: bytes) -> Samples:
    """A-law as samples between -1 and 1."""
    return alaw.decode(coded)


def from_ulaw(coded: bytes) -> Samples:
    """µ-law as samples between -1 and 1."""
    return (_ulaw_levels()[np.frombuffer(coded, dtype=np.uint8)] / 32768).astype(np.float32)


def from_pcm(coded: bytes) -> Samples:
    """Signed 16-bit samples, little end first, as samples between -1 and 1; half a sample at the end is left out."""
    return (np.frombuffer(coded[: len(coded) // 2 * 2], dtype="<i2") / 32768).astype(np.float32)


def seconds(sound: Samples) -> float:
    """How long a sound at 8 kHz lasts."""
    return len(sound) / RATE


def doubled(sound: Samples) -> Samples:
    """The same sound at 16 kHz: a zero between two samples, and nothing above the old half of the rate."""
    wide = np.zeros(2 * len(sound), dtype=np.float32)
    wide[::2] = sound
    return np.convolve(wide, _half_band(), mode="same").astype(np.float32)


@cache
def _half_band() -> Samples:
    at = np.arange(_TAPS) - (_TAPS - 1) / 2
    return np.asarray(np.sinc(at / 2) * np.hamming(_TAPS), dtype=np.float32)


@cache
def _ulaw_levels() -> NDArray[np.int16]:
    """The 256 levels of G.711: sign, three bits of segment, four of step, every bit inverted."""
    code = ~np.arange(256) & 0xFF
    level = ((((code & 15) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.asarray(np.where(code & 0x80, -level, level), dtype=np.int16)
