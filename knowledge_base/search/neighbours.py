"""How likely characters, or sounds, stand beside one another in the texts of an index."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.grams import Grams, Ints
from knowledge_base.search.posting import SHIFT

DISCOUNT = 0.75  # of each count, given to neighbours never seen (absolute discounting)
Points = NDArray[np.uint64]
Shares = NDArray[np.floating[Any]]
Logarithms = NDArray[np.float64]


class Neighbours:
    """Counts of one thing alone and of two beside one another, as shares."""

    def __init__(self, held: Grams) -> None:
        self._held = held
        single = held.keys < (np.uint64(1) << SHIFT)
        self._every = float(held.counts[single].sum()) + 1
        first, firsts = np.unique(held.keys[~single] >> SHIFT, return_inverse=True)
        self._first = np.append(first, ~np.uint64(0))  # never empty
        self._followed = np.append(np.bincount(firsts, weights=held.counts[~single], minlength=len(first)), 1.0)
        self._kinds = np.append(np.bincount(firsts, minlength=len(first)), 1.0)

    def alone(self, points: Points) -> Shares:
        """How likely each is, whatever stands beside it."""
        return np.asarray((self._held.held(points) + 0.1) / self._every, dtype=np.float64)

    def after(self, left: Points, right: Points, alone: Shares | None = None) -> Shares:
        """How likely each of `right` is after each of `left`, as these are laid beside one another; `alone`: how likely
        it is after something that it never followed."""
        both = self._held.held((left << SHIFT) | right)
        places = np.minimum(np.searchsorted(self._first, left), len(self._first) - 1)
        known = self._first[places] == left
        followed = np.where(known, self._followed[places], 1.0)
        kinds = np.where(known, self._kinds[places], 1 / DISCOUNT)
        seen = np.maximum(both - DISCOUNT, 0) / followed
        rest = self.alone(right) if alone is None else alone
        return np.asarray(seen + DISCOUNT * kinds / followed * rest, dtype=np.float64)

    def likeliest(self, choices: Sequence[Points], beside: Sequence[Logarithms]) -> list[int]:
        """The likeliest run of neighbours, one of each choice (Viterbi); `beside` says what else speaks for each."""
        if not choices:
            return []
        best = np.log(self.alone(choices[0])) + beside[0]
        back: list[Ints] = []
        for (left, right), more in zip(pairwise(choices), beside[1:], strict=True):
            ways = best[:, None] + np.log(self.after(left[:, None], right[None, :]))
            chosen = ways.argmax(axis=0)
            back.append(chosen.astype(np.int32))
            best = ways[chosen, np.arange(len(right))] + more
        found = [int(best.argmax())]
        for chosen_from in reversed(back):
            found.append(int(chosen_from[found[-1]]))
        return [int(some[place]) for some, place in zip(choices, reversed(found), strict=True)]

    def likelihood(self, characters: str) -> float:
        """How likely a text is, as a logarithm."""
        points = np.array([ord(one) for one in characters], np.uint64)
        return float(np.log(self.alone(points[:1])).sum() + np.log(self.after(points[:-1], points[1:])).sum())
