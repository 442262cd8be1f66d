"""From evidence to chances: how likely a text is what was meant, and how likely there is an answer at all.

The figures were fitted on questions with known answers by `benchmarks/search_fit.py` and `benchmarks/keys_fit.py`;
docs/search.md says how."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.evidence import Evidence
from knowledge_base.search.grams import Floats

_FAR = 60.0  # beyond it a chance is none, or certain


@dataclass(frozen=True)
class Way:
    """One way of search. A text's weight is `figures` times its evidence plus `origin`, so that at 0 the best text is
    as likely as not the answer to a question that has one."""

    figures: Sequence[float]
    origin: float
    inside: float  # slope of the chance that there is an answer, in the best text's weight …
    weight: float  # slope of the chance that a text is what was meant, in its weight …
    share: float  # … and in the logarithm of its share among all candidates
    level: float
    beside: Sequence[float] = ()  # … the slopes in what else tells that (see `outside`) …
    start: float = 0.0  # … and the level


LETTERS = Way((0.82, 3.99, 2.18, 1.59, 7.92, 5.46, -2.03), -8.74, 0.46, 0.31, 0.84, -0.43)
MEANING = Way(
    (-0.50, 3.87, -1.36, 2.06, 1.21, 5.80, -1.89, 70.00), -68.64, 0.45, 0.29, 1.05, -0.09, (1.31, -0.37), 0.99
)
INITIALS = Way((10.50, 2.88, 7.39, 3.53, -1.26, 1.15), -12.72, 0.41, 0.51, 0.73, -0.58, (0.008,), -0.62)


@dataclass(frozen=True)
class Keys:
    """What a match on a telephone's keys is worth, by its grade: 2 for what begins so, 4 for what holds it, 1 more for
    a title or phrasing than for a keyword."""

    worth: Sequence[float]  # the logarithm of an entry's share among all that fit
    inside: Sequence[float]  # of the best: how likely there is an answer here, before …
    key: float  # … so much for each key


KEYS_COUNT = 12  # keys; more of them say no more
KEYS = Keys((0.0, -0.83, -2.16, -2.87, -4.93, -5.08), (-0.87, 0.45, -2.2, -1.96, -4.42, -3.36), 0.74)


def weights(way: Way, figures: Evidence) -> Floats:
    """The weight of each text."""
    return (figures @ np.array(way.figures, dtype=np.float32) + np.float32(way.origin)).astype(np.float32)


def inside(way: Way, best: float, beside: Sequence[float] = ()) -> float:
    """The chance in % that the question has an answer here, by the best text's weight and by what else tells that."""
    odds = way.inside * best + sum(slope * one for slope, one in zip(way.beside, beside, strict=True)) + way.start
    return float(100 / (1 + np.exp(-np.clip(odds, -_FAR, _FAR))))


def chances(way: Way, found: Floats) -> NDArray[np.float64]:
    """The chance in % of each candidate to be what was meant, by its weight and by what the others weigh."""
    if not len(found):
        return np.zeros(0)
    top = float(found.max())
    share = found - top - np.log(np.exp(found - top).sum())
    odds = np.clip(way.weight * found + way.share * share + way.level, -_FAR, _FAR)
    return np.asarray(100 / (1 + np.exp(-odds)), dtype=np.float64)


def on_keys(grades: Sequence[int], pressed: int) -> tuple[list[float], float]:
    """The chance in % of each entry that lies on so many keys, by its grade and the others'; and that of an answer
    being there at all."""
    if not grades:
        return [], 0.0
    odds = KEYS.inside[min(grades)] + KEYS.key * min(pressed, KEYS_COUNT)
    there, worth = 100 / (1 + np.exp(-odds)), np.exp(np.array(KEYS.worth)[list(grades)])
    return np.round(there * worth / worth.sum(), 1).tolist(), round(float(there), 1)
