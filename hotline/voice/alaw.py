"""G.711 A-law, the eight bits a sample that telephones carry."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
SILENCE = 0xD5
_FLIP = 0x55


def _decoding() -> NDArray[np.int16]:
    """The 256 levels of G.711: sign, three bits of segment, four of step, every other bit inverted."""
    code = np.arange(256) ^ _FLIP
    segment, step = (code >> 4) & 7, code & 15
    level = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.asarray(np.where(code & 0x80, level, -level), dtype=np.int16)


def _encoding() -> NDArray[np.uint8]:
    """For each 16-bit sample (shifted up by 32768) its code, by segment as the standard says."""
    sample = np.arange(-32768, 32768)
    magnitude = np.where(sample >= 0, sample, -sample - 1) >> 3
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(int) - 4, 0)
    step = (magnitude >> np.maximum(segment, 1)) & 15
    code = (segment << 4) | step | np.where(sample >= 0, 0x80, 0)
    return np.asarray(code ^ _FLIP, dtype=np.uint8)


_LEVELS = _decoding()
_CODES = _encoding()


def encode(sound: NDArray[np.float32]) -> bytes:
    """Return sound between -1 and 1 as A-law; what's louder is clipped."""
    samples = np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int32)
    return _CODES[samples + 32768].tobytes()


def decode(coded: bytes) -> NDArray[np.float32]:
    """Return A-law as sound between -1 and 1."""
    return (_LEVELS[np.frombuffer(coded, dtype=np.uint8)] / 32768).astype(np.float32)


def wav(coded: bytes) -> bytes:
    """The same sound as a WAV of 16 bits, for a browser."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(_LEVELS[np.frombuffer(coded, dtype=np.uint8)].astype("<i2").tobytes())
    return out.getvalue()
