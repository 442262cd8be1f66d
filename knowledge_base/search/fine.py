"""Vectors as they are stored: small whole numbers, and for each vector what they are multiplied by."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.resting import laid

Vector = NDArray[np.float32]
Rows = NDArray[np.int32]

BLOCK = 512  # vectors widened at a time: so many stay in the core's cache


class Fine:
    """At most so many vectors."""

    def __init__(self, most: int, size: int) -> None:
        self._small, self._scale = np.empty((most, size), dtype=np.int8), np.empty(most, dtype=np.float32)

    def keep(self, at: int, small: NDArray[np.int8], scale: Vector) -> None:
        """Keep some from a place on."""
        self._small[at : at + len(small)], self._scale[at : at + len(small)] = small, scale

    def lie(self) -> None:
        """Nothing more is kept."""
        self._small, self._scale = laid(self._small), laid(self._scale)

    def products(self, places: Rows, vector: Vector) -> Vector:
        """Of a vector with those at some places."""
        found = [self._small[some].astype(np.float32) @ vector for some in in_blocks(places)]
        return np.concatenate([np.empty(0, np.float32), *found]) * self._scale[places]

    def sum(self, places: Rows) -> Vector:
        """Of those at some places."""
        total = np.zeros(self._small.shape[1], dtype=np.float32)
        for some in in_blocks(places):
            total += self._scale[some] @ self._small[some].astype(np.float32)
        return total


def in_blocks(places: Rows) -> Iterator[Rows]:
    return (places[start : start + BLOCK] for start in range(0, len(places), BLOCK))
