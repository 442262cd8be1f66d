"""What somebody says of whom each half second must be found again: two tones at a time, another pair for each of them.

Each voice has tones of its own, so that all are told apart where several speak at once; and none has a pair that an
exchange takes for a key. From one half second to the next one of the two changes, to its neighbour: what lies across
both is taken for one of them, and for no third."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hotline.voice import alaw
from tests.journeys.ears import Samples

STEP = 0.5  # seconds that each pair lasts
APART, TONES = 45, 10  # hertz between two tones, and how many of them a voice has below, and as many above
HEIGHTS = TONES * TONES  # pairs: 50 seconds
NEAR = 12  # hertz by which what is heard may be beside a tone
LOUDNESS, LOUD = 0.15, 0.03  # of full scale: of each tone as it is said, and at least as it is heard
LOOK = 0.125  # seconds that are looked at together
FINER = 4  # times as many places in the spectrum as there are samples


@dataclass(frozen=True)
class Voice:
    """Where its two rows of tones begin, in hertz."""

    low: int
    high: int


CALLER, OPERATOR, LIAISON, MUSIC = Voice(400, 1750), Voice(850, 2200), Voice(1300, 2650), Voice(1750, 2650)
"""The music is never heard at the same time as a caller on one side, or a liaison."""


def written(path: Path, voice: Voice = CALLER) -> Path:
    """The voice, as a telephone sends it; afterwards it is silent."""
    step = np.arange(int(alaw.RATE * STEP * HEIGHTS)) // int(alaw.RATE * STEP)
    low, there = step // TONES, step % TONES
    rows = (voice.low + APART * low, voice.high + APART * np.where(low % 2, TONES - 1 - there, there))
    # no jump of the sound from one pair to the next: a jump has all tones
    sound = sum(np.sin(np.cumsum(row) * (2 * np.pi / alaw.RATE)) for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(alaw.encode((LOUDNESS * sound).astype(np.float32)))
    return path


@dataclass(frozen=True)
class Heard:
    """The half seconds of a voice that are in a sound, each with the moment at which it is heard first."""

    moments: dict[int, float]

    def missing(self, wanted: range) -> list[int]:
        """Which of these aren't."""
        return [step for step in wanted if step not in self.moments]

    def since(self, moment: float) -> "Heard":
        """Of them those that are heard from that moment on."""
        return Heard({step: at for step, at in self.moments.items() if at >= moment})

    @property
    def begin(self) -> int | None:
        """The first that is followed by the next one: a prompt may have a moment that is like one of them."""
        follows = (step for step, at in self.moments.items() if 0 < self.moments.get(step + 1, 0.0) - at < 2 * STEP)
        return min(follows, default=None)

    @property
    def start(self) -> float:
        """The moment of it; of a voice that is heard nowhere none."""
        return self.moments.get(-1 if self.begin is None else self.begin, 0.0)

    def at(self, moment: float) -> int:
        """Which one is heard at that moment."""
        return max((step for step, at in self.moments.items() if at <= moment), default=0)

    @property
    def first_gap(self) -> int:
        """The first after the beginning that is missing."""
        step = self.begin or 0
        while step in self.moments:
            step += 1
        return step


def heard(side: Samples, voice: Voice) -> Heard:
    """What is in a sound of a voice, whoever else is."""
    size = int(LOOK * alaw.RATE)
    pieces = side[: len(side) // size * size].reshape(-1, size)
    spectra = np.abs(np.fft.rfft(pieces * np.hanning(size), FINER * size, axis=1)) * 4 / size  # a tone's own loudness
    rows = zip(_tones(spectra, voice.low), _tones(spectra, voice.high), strict=True)
    steps = [(place * LOOK, _step(*row)) for place, row in enumerate(rows) if min(row) >= 0]
    return Heard({step: moment for moment, step in reversed(steps)})


def missing(side: Samples, many: int, voice: Voice = CALLER) -> list[int]:
    """Which of the first so many half seconds aren't in a sound."""
    return heard(side, voice).missing(range(min(many, HEIGHTS)))


def longest_gap(gone: list[int]) -> float:
    """How many seconds on end are missing at most."""
    longest = run = 0
    for place, step in enumerate(gone):
        run = run + 1 if place and step == gone[place - 1] + 1 else 1
        longest = max(longest, run)
    return longest * STEP


def _step(low: int, high: int) -> int:
    """There and back again: high tones climb while the low one is even, and fall while it is odd."""
    return TONES * low + (TONES - 1 - high if low % 2 else high)


def _tones(spectra: "np.ndarray[tuple[int, int], np.dtype[np.floating]]", lowest: int) -> list[int]:
    """Which tone of a row is heard in each piece; -1 for none."""
    a_hertz = FINER * LOOK  # places in the spectrum
    first, last = (round((lowest + beside) * a_hertz) for beside in (-NEAR, APART * (TONES - 1) + NEAR))
    row = spectra[:, first : last + 1]
    hertz = (row.argmax(axis=1) + first) / a_hertz
    tone = np.round((hertz - lowest) / APART)
    is_one = (row.max(axis=1) > LOUD) & (np.abs(hertz - lowest - APART * tone) <= NEAR)
    return [int(one) for one in np.where(is_one, tone, -1)]
