"""The characters that were meant by sounds: the likeliest run of neighbours, as the index knows them."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.grams import Grams, Ints
from knowledge_base.search.texts import Texts, Units

_DISCOUNT = 0.75  # of each count, given to neighbours never seen (absolute discounting)
_MOST = 40  # characters tried for a sound, the most frequent ones
_SHIFT = np.uint64(21)
Points = NDArray[np.uint64]


class Guess:
    """Sounds to characters by Viterbi over neighbouring characters."""

    def __init__(self, held: Grams, characters: Texts, sounds: Texts) -> None:
        self._held = held
        self._of = _homophones(characters.every, sounds.every)
        single = held.keys < (np.uint64(1) << _SHIFT)
        counts = held.counts
        self._every = float(counts[single].sum()) + 1
        pairs = ~single
        first, firsts = np.unique(held.keys[pairs] >> _SHIFT, return_inverse=True)
        self._first = np.append(first, ~np.uint64(0))  # never empty
        self._followed = np.append(np.bincount(firsts, weights=counts[pairs], minlength=len(first)), 1.0)
        self._kinds = np.append(np.bincount(firsts, minlength=len(first)), 1.0)

    def characters(self, sounds: str) -> str:
        """The likeliest characters, one to a sound; a sound that the index doesn't know stands for itself."""
        if not sounds:
            return ""
        choices = [self._of.get(sound, np.array([ord(sound)], np.uint64)) for sound in sounds]
        best = np.log(self._alone(choices[0]))
        back: list[Ints] = []
        for left, right in pairwise(choices):
            ways = best[:, None] + self._after(left, right)
            chosen = ways.argmax(axis=0)
            back.append(chosen.astype(np.int32))
            best = ways[chosen, np.arange(len(right))]
        place = int(best.argmax())
        found = [place]
        for chosen_from in reversed(back):
            place = int(chosen_from[place])
            found.append(place)
        return "".join(chr(int(c[p])) for c, p in zip(choices, reversed(found), strict=True))

    def _alone(self, points: Points) -> NDArray[np.float64]:
        return np.asarray((self._held.held(points) + 0.1) / self._every, dtype=np.float64)

    def _after(self, left: Points, right: Points) -> NDArray[np.float64]:
        """Logarithms of how likely each of `right` is after each of `left`."""
        both = self._held.held(((left[:, None] << _SHIFT) | right[None, :]).ravel()).reshape(len(left), len(right))
        places = np.minimum(np.searchsorted(self._first, left), len(self._first) - 1)
        known = self._first[places] == left
        followed = np.where(known, self._followed[places], 1.0)[:, None]
        kinds = np.where(known, self._kinds[places], 1 / _DISCOUNT)[:, None]
        seen = np.maximum(both - _DISCOUNT, 0) / followed
        return np.asarray(np.log(seen + _DISCOUNT * kinds / followed * self._alone(right)[None, :]), dtype=np.float64)


def _homophones(characters: Units, sounds: Units) -> dict[str, Points]:
    """The characters that were read with each sound, the most frequent ones."""
    pairs, often = np.unique((sounds.astype(np.uint32) << 16) | characters, return_counts=True)
    order = np.lexsort((-often, pairs >> 16))
    pairs = pairs[order]
    sound = pairs >> 16
    starts = np.flatnonzero(np.diff(sound, prepend=np.uint32(0)))
    ends = [*starts[1:].tolist(), len(pairs)][: len(starts)]  # nothing was read where there are no texts
    points = (pairs & 0xFFFF).astype(np.uint64)
    return {chr(int(sound[a])): points[a:b][:_MOST] for a, b in zip(starts.tolist(), ends, strict=True)}
