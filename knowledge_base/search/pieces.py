"""Cutting texts into the pieces of words that the model knows, as it was taught to."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Names = NDArray[np.uint64]
Points = NDArray[np.uint32]

_NEVER = -1e30
_UNKNOWN_COSTS = 10.0  # more than the least likely piece
_BLANK = "\u2581"
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_Step = tuple[int, int, float]  # where a piece ends, its number, and how likely it is


class Pieces:
    """A quarter of a million pieces, each known by a number of 64 bits that its characters make: as strings of Python's
    they would take 40 MB."""

    def __init__(self, text: str, ends: NDArray[np.int64], scores: NDArray[np.float32], unknown: int,
                 changed: Mapping[int, str]) -> None:  # fmt: skip
        """Pieces behind one another in a text, with how likely each is as a logarithm; the one that stands for what is
        unknown; and what is read in the place of some characters."""
        begins = ends[:-1].astype(np.int64)
        lengths = ends[1:] - begins
        numbers = np.flatnonzero((lengths > 0) & (np.arange(len(lengths)) != unknown)).astype(np.int32)
        names = _names(_points(text), begins[numbers], lengths[numbers])
        order = np.argsort(names, kind="stable")  # of two that are the same the first one counts
        self._names, self._numbers, self._scores = names[order], numbers[order], scores.astype(np.float32)
        self._longest, self._unknown, self._changed = int(lengths.max()), unknown, changed
        self._worst = float(scores.min()) - _UNKNOWN_COSTS

    def of(self, text: str) -> list[int]:
        """The likeliest pieces of a text (Viterbi over how often each occurs)."""
        words = " " + text.translate(self._changed).lstrip(" ")
        while "  " in words:
            words = words.replace("  ", " ")
        steps = self._steps(_points(words.replace(" ", _BLANK)))
        best, back = [0.0] + [_NEVER] * len(steps), [(0, 0)] * (len(steps) + 1)
        for start, some in enumerate(steps):
            for end, number, likely in (*some, (start + 1, self._unknown, self._worst)):
                if best[start] + likely > best[end]:
                    best[end], back[end] = best[start] + likely, (number, start)
        return _way_back(back)

    def _steps(self, points: Points) -> list[list[_Step]]:
        """The pieces that stand at each place, the shortest first."""
        found: list[list[_Step]] = [[] for _ in points]
        names = np.ones(len(points), np.uint64)
        for wide in range(1, min(self._longest, len(points)) + 1):
            names = names[: len(points) - wide + 1] * _FACTOR + points[wide - 1 :]
            places = np.minimum(np.searchsorted(self._names, names), len(self._names) - 1)
            starts = np.flatnonzero(self._names[places] == names)
            numbers = self._numbers[places[starts]]
            for start, *step in zip(starts.tolist(), numbers.tolist(), self._scores[numbers].tolist(), strict=True):
                found[start].append((start + wide, *step))
        return found


def _way_back(back: Sequence[tuple[int, int]]) -> list[int]:
    """The pieces of the likeliest way, from its end."""
    found, end = list[int](), len(back) - 1
    while end:
        piece, end = back[end]
        found.append(piece)
    return found[::-1]


def _points(text: str) -> Points:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _names(points: Points, begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> Names:
    """One number for the characters of each piece."""
    names = np.ones(len(begins), np.uint64)
    for nth in range(int(lengths.max(initial=0))):
        some = np.flatnonzero(lengths > nth)
        names[some] = names[some] * _FACTOR + points[begins[some] + nth]
    return names
