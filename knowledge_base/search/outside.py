"""What tells, besides the text that fits best, whether a question has an answer here at all."""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.vectors import Vectors

_FEW = 50  # texts with a vector: of fewer nobody can say what is usual
_UNUSUAL = -1.0  # in standard deviations: below it a question is unlike what is asked here …
_SAYS_LITTLE = 5.0  # … which counts in full where the best text's weight is so far below 0, and not at all from 0 on


@dataclass(frozen=True, eq=False)
class Matter:
    """What the texts are about, taken together: the mean of their vectors, and how near to it they usually are."""

    mean: NDArray[np.float32]
    usual: float
    spread: float

    @classmethod
    def of(cls, vectors: Vectors) -> "Matter | None":
        """None where too few texts have a vector."""
        if vectors.there.sum() < _FEW:
            return None
        mean = vectors.mean()
        near = vectors.near(mean)[vectors.there]
        return cls(mean, float(near.mean()), float(near.std()) or 1.0)

    def like(self, vector: NDArray[np.float32]) -> float:
        """How like the texts a question is: 0 as most of them, 1 a standard deviation more."""
        return (float(self.mean @ vector) - self.usual) / self.spread


def of_text(best: float, like: float, length: int) -> tuple[float, float]:
    """For a question whose meaning was read, by its best text's weight and its syllables: how unlike everything here
    it is, and the logarithm of its length."""
    return min(like - _UNUSUAL, 0.0) * min(max(-best / _SAYS_LITTLE, 0.0), 1.0), log(length + 1)


def of_initials(told: float) -> tuple[float]:
    """For first letters: how much all of them tell. Few letters fit something anywhere."""
    return (told,)
