"""The sounds that nobody speaks: the tone before a message, and the tune for who waits (run once, files are kept)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
SOUNDS = Path(__file__).parent / "sounds"
TUNE = [60, 64, 67, 69, 67, 64, 62, 60, 57, 60, 62, 64, 62, 60, 57, 55]
TUNE += [57, 60, 64, 67, 64, 62, 60, 62, 64, 67, 69, 72, 69, 67, 64, 60]


def alaw(samples: NDArray[np.float64]) -> bytes:
    """G.711 A-law of samples between -1 and 1."""
    pcm = np.clip(samples * 32767, -32767, 32767).astype(np.int32)
    sign = np.where(pcm >= 0, 0x80, 0)
    level = np.minimum(np.abs(pcm), 32635) >> 3
    exponent = np.clip(np.floor(np.log2(np.maximum(level, 1))) - 4, 0, 7).astype(np.int32)
    step = np.where(exponent == 0, level >> 1, level >> exponent) & 0x0F
    return bytes(((sign | (exponent << 4) | step) ^ 0x55).astype(np.uint8))


def note(midi: int, seconds: float) -> NDArray[np.float64]:
    """A soft plucked note that fades out."""
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = 440 * 2 ** ((midi - 69) / 12)
    wave = np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(4 * np.pi * pitch * t)
    return np.asarray(wave * np.minimum(t / 0.03, 1) * np.exp(-1.6 * t))


def tune(beat: float = 0.75) -> NDArray[np.float64]:
    """The pentatonic tune, each note ringing on into the next ones."""
    ring = 3.0
    sound = np.zeros(int((len(TUNE) * beat + ring) * RATE))
    for place, midi in enumerate(TUNE):
        start = int(place * beat * RATE)
        one = note(midi, ring)
        sound[start : start + len(one)] += one
    return sound * 0.25 / np.max(np.abs(sound))


def main() -> None:
    """Write tone.alaw (0.4 s of 800 Hz), the tune, and silences of 1 to 10 s."""
    t = np.arange(int(0.4 * RATE)) / RATE
    (SOUNDS / "hotline/tone.alaw").write_bytes(alaw(0.4 * np.sin(2 * np.pi * 800 * t)))
    (SOUNDS / "moh/tune.alaw").write_bytes(alaw(tune()))
    (SOUNDS / "silence").mkdir(exist_ok=True)
    for seconds in range(1, 11):
        (SOUNDS / f"silence/{seconds}.alaw").write_bytes(alaw(np.zeros(seconds * RATE)))


if __name__ == "__main__":
    main()
