"""The vectors of an index's texts, and the nearest of them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.coarse import Coarse
from knowledge_base.search.fine import Fine
from knowledge_base.search.meaning import SIZE
from knowledge_base.search.resting import laid
from knowledge_base.search.texts import Texts

Vector = NDArray[np.float32]
Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]

_TOGETHER = 8192  # vectors taken over at a time
_FINE_AT_MOST = 50_000  # vectors; more are kept coarsely, and of them only those compared that may be near, …
_ALIKE = 10_000  # … so many


class Stored:
    """Vectors in no more room than they need, known by the beginnings of their texts' digests."""

    def __init__(self, held: Iterable[tuple[str, bytes]], most: int) -> None:
        """At most so many, by digest; what isn't a vector is passed over."""
        right = ((name, vector) for name, vector in islice(held, most) if len(vector) == SIZE + 4)
        self.every: Fine | Coarse = Fine(most, SIZE) if most <= _FINE_AT_MOST else Coarse(most, SIZE)
        names: list[int] = []
        while some := list(islice(right, _TOGETHER)):
            rows = np.frombuffer(b"".join(vector for _, vector in some), dtype=np.int8).reshape(-1, SIZE + 4)
            scale = np.ascontiguousarray(rows[:, SIZE:]).view(np.float32)[:, 0]
            self.every.keep(len(names), rows[:, :SIZE], scale)
            names += [int(name[:16], 16) for name, _ in some]
        self.every.lie()
        self._order = laid(np.argsort(np.array(names, dtype=np.uint64)).astype(np.int32))
        self._names = laid(np.array(names, dtype=np.uint64)[self._order])

    @classmethod
    def of(cls, vectors: "Mapping[str, bytes] | Stored | None") -> "Stored":
        return vectors if isinstance(vectors, Stored) else cls((vectors or {}).items(), len(vectors or {}))

    def __len__(self) -> int:
        return len(self._names)

    def places(self, names: NDArray[np.uint64]) -> Rows:
        """Where the vectors of these digests are; -1 where there is none."""
        if not len(self):
            return np.full(len(names), -1, dtype=np.int32)
        places = np.minimum(np.searchsorted(self._names, names), len(self) - 1)
        return np.where(self._names[places] == names, self._order[places], -1).astype(np.int32)


class Vectors:
    """The vectors of an index's texts, in the order of the texts; some may be missing."""

    def __init__(self, texts: Texts, stored: "Mapping[str, bytes] | Stored | None") -> None:
        self._texts = texts
        self._stored = Stored.of(stored)
        self._places = laid(
            self._stored.places(self._names) if len(self._stored) else np.full(len(texts), -1, np.int32)
        )
        self.there: Mask = self._places >= 0

    @cached_property
    def _names(self) -> NDArray[np.uint64]:
        names = (hashlib.sha256(text.encode()).digest() for text in self._texts)
        return laid(np.fromiter((int.from_bytes(name[:8]) for name in names), dtype=np.uint64, count=len(self._texts)))

    def waiting(self, digests: Iterable[str]) -> Rows:
        """The texts with these digests that have no vector yet."""
        wanted = np.array([int(name[:16], 16) for name in digests], dtype=np.uint64)
        return np.flatnonzero(~self.there & np.isin(self._names, wanted)).astype(np.int32)

    def mean(self) -> Vector:
        """The mean of all that are there."""
        return self._stored.every.sum(self._places[self.there]) / np.float32(max(int(self.there.sum()), 1))

    def near(self, vector: Vector) -> "Near":
        return Near(self, vector)

    def cosines(self, vector: Vector, rows: Rows) -> Vector:
        """With these texts, -1 where a vector is missing."""
        places = self._places[rows]
        found = np.full(len(rows), -1, dtype=np.float32)
        found[places >= 0] = self._stored.every.products(places[places >= 0], vector)
        return found

    def nearest(self, vector: Vector, allowed: Mask | None, most: int) -> Rows:
        """The texts nearest to a vector; among very many, nearly all of them."""
        rows, every = np.flatnonzero(self.there if allowed is None else self.there & allowed), self._stored.every
        if isinstance(every, Coarse) and len(rows) > _ALIKE:
            rows = rows[every.alike(vector, self._places[rows], _ALIKE)]
        near = every.products(self._places[rows], vector)
        return (rows[np.argpartition(-near, most)[:most]] if len(rows) > most else rows).astype(np.int32)


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
