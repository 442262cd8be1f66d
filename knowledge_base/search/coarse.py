"""Very many vectors in half the room: of each figure, how far it lies from the mean of all, in sixteen steps; and which
vectors may be near, told by the signs of that alone."""

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.fine import in_blocks
from knowledge_base.search.resting import laid

Vector = NDArray[np.float32]
Rows = NDArray[np.int32]

_STEPS, _MIDDLE = 16, 7.5


class Coarse:
    """At most so many vectors, about as they were: cosines are right to some thousandths. To a model all texts are
    alike, so that only what sets them apart is worth its bits."""

    def __init__(self, most: int, size: int) -> None:
        self._mean = np.zeros(size, dtype=np.float32)
        self._pairs = np.empty((most, size // 2), dtype=np.uint8)  # a figure, and the one half a vector further
        self._step = np.empty(most, dtype=np.float32)
        self._signs = np.empty((size // 64, most), dtype=np.uint64)  # a row for 64 figures: above the mean or not

    def keep(self, at: int, small: NDArray[np.int8], scale: Vector) -> None:
        """Keep some from a place on; the mean of the first ones stands for all."""
        every = small.astype(np.float32) * scale[:, None]
        if at == 0:
            self._mean = every.mean(axis=0)
        apart = every - self._mean
        step = np.maximum(np.abs(apart).max(axis=1), 1e-9) / np.float32(_STEPS / 2)
        levels = np.minimum(np.floor(apart / step[:, None]) + _STEPS // 2, _STEPS - 1).astype(np.uint8)
        here, half = slice(at, at + len(every)), levels.shape[1] // 2
        self._pairs[here] = levels[:, :half] | levels[:, half:] << 4
        self._step[here] = step
        self._signs[:, here] = np.packbits(apart > 0, axis=1).view(np.uint64).T

    def lie(self) -> None:
        """Nothing more is kept."""
        self._pairs, self._step, self._signs = laid(self._pairs), laid(self._step), laid(self._signs)

    def products(self, places: Rows, vector: Vector) -> Vector:
        """Of a vector with those at some places."""
        levels = np.concatenate([np.empty(0, np.float32), *(self._levels(some) @ vector for some in in_blocks(places))])
        apart = (levels - np.float32(_MIDDLE) * vector.sum()) * self._step[places]
        return np.asarray(apart + vector @ self._mean, dtype=np.float32)

    def sum(self, places: Rows) -> Vector:
        """Of those at some places."""
        total = self._mean * np.float32(len(places))
        for some in in_blocks(places):
            total += self._step[some] @ (self._levels(some) - np.float32(_MIDDLE))
        return total

    def _levels(self, places: Rows) -> NDArray[np.float32]:
        pairs = self._pairs[places]
        return np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32)

    def alike(self, vector: Vector, places: Rows, most: int) -> NDArray[np.int64]:
        """Of the vectors at some places those whose signs differ least from another's: about so many, with all that
        differ as little as the last."""
        asked = np.packbits(vector > self._mean).view(np.uint64)
        differ = np.zeros(self._signs.shape[1], dtype=np.uint16)
        for signs, word in zip(self._signs, asked, strict=True):
            differ += np.bitwise_count(signs ^ word)
        differ = differ[places]
        enough = int(np.searchsorted(np.cumsum(np.bincount(differ)), most))
        return np.flatnonzero(differ <= enough)
