"""The characters that were meant by sounds: the likeliest run of neighbours, as the index and Chinese at large know
them."""

from collections.abc import Sequence
from copy import copy
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.everyday import Everyday
from knowledge_base.search.grams import Grams, Ints
from knowledge_base.search.texts import Texts, Units

_DISCOUNT = 0.75  # of each count, given to neighbours never seen (absolute discounting)
_MOST = 40  # characters tried for a sound, the most frequent ones of the index
_AT_LARGE = 0.4  # so much is believed of what is usual at large, the rest of what is usual here
_SHIFT = np.uint64(21)
Points = NDArray[np.uint64]
Logarithms = NDArray[np.float64]
Shares = NDArray[np.float64]
_NONE = np.empty(0, np.uint64)


class Guess:
    """Sounds to characters by Viterbi over neighbouring characters."""

    def __init__(self, held: Grams, characters: Texts, sounds: Texts, at_large: Everyday | None) -> None:
        self._held, self._at_large = held, at_large
        self._of = _homophones(characters.every, sounds.every)
        single = held.keys < (np.uint64(1) << _SHIFT)
        counts = held.counts
        self._every = float(counts[single].sum()) + 1
        pairs = ~single
        first, firsts = np.unique(held.keys[pairs] >> _SHIFT, return_inverse=True)
        self._first = np.append(first, ~np.uint64(0))  # never empty
        self._followed = np.append(np.bincount(firsts, weights=counts[pairs], minlength=len(first)), 1.0)
        self._kinds = np.append(np.bincount(firsts, minlength=len(first)), 1.0)

    def here(self) -> "Guess":
        """The same by the index alone."""
        other = copy(self)
        other._at_large = None
        return other

    def characters(self, sounds: str) -> str:
        """The likeliest characters, one to a sound; a sound that the index doesn't know stands for itself."""
        choices = [self.sounding(sound) for sound in sounds]
        return "".join(map(chr, self.likeliest(choices, [np.zeros(len(some)) for some in choices])))

    def sounding(self, sound: str) -> Points:
        """The characters that are read so, the most frequent here first, then those at large; the sound itself where
        there is none."""
        here = self._of.get(sound, _NONE)
        other = self._at_large.sounding.get(sound, _NONE) if self._at_large else _NONE
        every = np.concatenate([here, other[~np.isin(other, here)]])
        return every if len(every) else np.array([ord(sound)], np.uint64)

    def likeliest(self, choices: Sequence[Points], beside: Sequence[Logarithms]) -> list[int]:
        """The likeliest run of neighbours, one of each choice; `beside` says what else speaks for each."""
        if not choices:
            return []
        best = np.log(self._alone(choices[0])) + beside[0]
        back: list[Ints] = []
        for (left, right), more in zip(pairwise(choices), beside[1:], strict=True):
            ways = best[:, None] + self._after(left[:, None], right[None, :])
            chosen = ways.argmax(axis=0)
            back.append(chosen.astype(np.int32))
            best = ways[chosen, np.arange(len(right))] + more
        found = [int(best.argmax())]
        for chosen_from in reversed(back):
            found.append(int(chosen_from[found[-1]]))
        return [int(some[place]) for some, place in zip(choices, reversed(found), strict=True)]

    def likelihood(self, characters: str) -> float:
        """How likely a text is here, as a logarithm."""
        points = np.array([ord(one) for one in characters], np.uint64)
        return float(np.log(self._alone(points[:1])).sum() + self._after(points[:-1], points[1:]).sum())

    def _alone(self, points: Points) -> Shares:
        here = np.asarray((self._held.held(points) + 0.1) / self._every, dtype=np.float64)
        return here if self._at_large is None else _mixed(here, self._at_large.alone[points])

    def _after(self, left: Points, right: Points) -> Logarithms:
        """Logarithms of how likely each of `right` is after each of `left`, as these are laid beside one another."""
        both = self._held.held((left << _SHIFT) | right)
        places = np.minimum(np.searchsorted(self._first, left), len(self._first) - 1)
        known = self._first[places] == left
        followed = np.where(known, self._followed[places], 1.0)
        kinds = np.where(known, self._kinds[places], 1 / _DISCOUNT)
        seen = np.maximum(both - _DISCOUNT, 0) / followed
        here = seen + _DISCOUNT * kinds / followed * (self._held.held(right) + 0.1) / self._every
        mixed = here if self._at_large is None else _mixed(here, self._at_large.after(left, right))
        return np.asarray(np.log(mixed), dtype=np.float64)


def _mixed(here: Shares, at_large: NDArray[np.float32]) -> Shares:
    return (1 - _AT_LARGE) * here + _AT_LARGE * at_large


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
