"""What a caller says of whom each half second must be found again: a tone that climbs, one height for each of them."""

from pathlib import Path

import numpy as np

from hotline.voice import alaw
from tests.journeys.ears import Samples

STEP = 0.5  # seconds that each height lasts
LOWEST, APART, HEIGHTS = 400, 40, 70  # hertz, hertz, and how many there are: 35 seconds
NEAR = 12  # hertz by which what is heard may be beside a height
LOUD = 0.02  # of full scale
LOOK = 0.125  # seconds that are looked at together


def written(path: Path) -> Path:
    """The voice, as a telephone sends it; afterwards it is silent."""
    moments = np.arange(int(alaw.RATE * STEP * HEIGHTS))
    heights = LOWEST + APART * (moments // int(alaw.RATE * STEP))
    phase = np.cumsum(heights) * (2 * np.pi / alaw.RATE)  # no jump from one height to the next: a jump has all of them
    path.write_bytes(alaw.encode((0.3 * np.sin(phase)).astype(np.float32)))
    return path


def missing(side: Samples, many: int) -> list[int]:
    """Which of the first so many half seconds aren't in a sound."""
    size = int(LOOK * alaw.RATE)
    pieces = side[: len(side) // size * size].reshape(-1, size)
    return sorted(set(range(min(many, HEIGHTS))) - {_height(piece) for piece in pieces})


def longest_gap(gone: list[int]) -> float:
    """How many seconds on end are missing at most."""
    longest = run = 0
    for place, step in enumerate(gone):
        run = run + 1 if place and step == gone[place - 1] + 1 else 1
        longest = max(longest, run)
    return longest * STEP


def _height(piece: Samples) -> int:
    """Which height is in it; -1 for none."""
    if np.abs(piece).max() < LOUD:
        return -1
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 4 * len(piece)))
    hertz = float(power.argmax()) / (4 * LOOK)
    height = round((hertz - LOWEST) / APART)
    return height if abs(hertz - LOWEST - APART * height) <= NEAR and 0 <= height < HEIGHTS else -1
