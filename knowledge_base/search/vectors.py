"""The vectors of an index's texts, and the nearest of them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.meaning import SIZE
from knowledge_base.search.signs import Signs
from knowledge_base.search.texts import Texts

Vector = NDArray[np.float32]
Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]

_BLOCK = 512  # vectors widened at a time: so many stay in the core's cache
_COMPARED_AT_MOST = 50_000  # of more vectors only those are compared whose signs are most alike, …
_ALIKE = 10_000  # … so many


class Stored:
    """Vectors as they are stored, in no more room than they need; known by the beginnings of their texts' digests."""

    def __init__(self, held: Iterable[tuple[str, bytes]], most: int) -> None:
        """At most so many, by digest; what isn't a vector is passed over."""
        self.small, self.scale = np.empty((most, SIZE), dtype=np.int8), np.empty(most, dtype=np.float32)
        names, count = np.empty(most, dtype=np.uint64), 0
        for name, vector in held:
            if len(vector) == SIZE + 4 and count < most:
                names[count] = int(name[:16], 16)
                self.small[count] = np.frombuffer(vector, np.int8, SIZE)
                self.scale[count] = np.frombuffer(vector, np.float32, 1, SIZE)[0]
                count += 1
        self.small, self.scale = self.small[:count], self.scale[:count]
        self._order = np.argsort(names[:count]).astype(np.int32)
        self._names = names[:count][self._order]

    @classmethod
    def of(cls, vectors: "Mapping[str, bytes] | Stored | None") -> "Stored":
        return vectors if isinstance(vectors, Stored) else cls((vectors or {}).items(), len(vectors or {}))

    def __len__(self) -> int:
        return len(self.scale)

    def places(self, names: NDArray[np.uint64]) -> Rows:
        """Where the vectors of these digests are; -1 where there is none."""
        if not len(self):
            return np.full(len(names), -1, dtype=np.int32)
        places = np.minimum(np.searchsorted(self._names, names), len(self) - 1)
        return np.where(self._names[places] == names, self._order[places], -1).astype(np.int32)

    @cached_property
    def signs(self) -> Signs:
        return Signs(self.small, self.scale)


class Vectors:
    """The vectors of an index's texts, in the order of the texts; some may be missing."""

    def __init__(self, texts: Texts, stored: "Mapping[str, bytes] | Stored | None") -> None:
        self._texts = texts
        self._stored = Stored.of(stored)
        self._places = self._stored.places(self._names) if len(self._stored) else np.full(len(texts), -1, np.int32)
        self.there: Mask = self._places >= 0

    @cached_property
    def _names(self) -> NDArray[np.uint64]:
        names = (hashlib.sha256(text.encode()).digest() for text in self._texts)
        return np.fromiter((int.from_bytes(name[:8]) for name in names), dtype=np.uint64, count=len(self._texts))

    def waiting(self, digests: Iterable[str]) -> Rows:
        """The texts with these digests that have no vector yet."""
        wanted = np.array([int(name[:16], 16) for name in digests], dtype=np.uint64)
        return np.flatnonzero(~self.there & np.isin(self._names, wanted)).astype(np.int32)

    def mean(self) -> Vector:
        """The mean of all that are there."""
        places = self._places[self.there]
        total = np.zeros(SIZE, dtype=np.float32)
        for start in range(0, len(places), _BLOCK):
            some = places[start : start + _BLOCK]
            total += self._stored.scale[some] @ self._stored.small[some].astype(np.float32)
        return total / np.float32(max(len(places), 1))

    def near(self, vector: Vector) -> "Near":
        return Near(self, vector)

    def cosines(self, vector: Vector, rows: Rows) -> Vector:
        """With these texts, -1 where a vector is missing; widened in blocks, which stay in the cache."""
        places = self._places[rows]
        if not len(self._stored):
            return np.full(len(rows), -1, dtype=np.float32)
        near = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(near), _BLOCK):
            block = slice(start, start + _BLOCK)
            near[block] = self._stored.small[places[block]].astype(np.float32) @ vector
        return np.where(places < 0, np.float32(-1), near * self._stored.scale[places])

    def nearest(self, vector: Vector, allowed: Mask | None, most: int) -> Rows:
        """The texts nearest to a vector; among very many, nearly all of them."""
        rows = np.flatnonzero(self.there if allowed is None else self.there & allowed).astype(np.int32)
        if len(rows) > _COMPARED_AT_MOST:
            rows = rows[self._stored.signs.alike(vector, self._places[rows], _ALIKE)]
        near = self.cosines(vector, rows)
        return rows[np.argpartition(-near, most)[:most]] if len(rows) > most else rows


@dataclass(frozen=True)
class Near:
    """How near the texts of an index are to what was asked: cosines, -1 where a vector is missing."""

    vectors: Vectors
    vector: Vector

    def __getitem__(self, rows: Rows | Mask) -> Vector:
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return self.vectors.cosines(self.vector, places.astype(np.int32))

    def best(self, allowed: Mask | None, most: int) -> Rows:
        """The nearest texts."""
        return self.vectors.nearest(self.vector, allowed, most)
