"""Which texts hold a character or two neighbouring ones, and how much that tells: the way candidates are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.posting import BLOCK, KEPT, Floats, Ints, Keys, Letters, Units, keys_of, posted
from knowledge_base.search.resting import laid
from knowledge_base.search.sought import Sought, Told
from knowledge_base.search.texts import Texts

__all__ = ["Floats", "Grams", "Ints", "coverage", "keys_of"]

Shares = NDArray[np.float32]  # a row a text, a column a query
_NOBODY = ~np.uint64(0)
_LENGTH_MATTERS, _SATURATION = 0.75, 1.2  # BM25's b and k1
_READ_AT_MOST = 2 * KEPT  # postings a query may read, the rarest first


@dataclass(frozen=True, eq=False)
class Grams:
    """An index of single characters and neighbours; how much one tells is its inverse document frequency."""

    keys: Keys  # sorted
    telling: Floats  # of each key
    counts: Ints  # of each key: the texts that hold it
    ends: Ints  # of each key, for each block of texts: where they end in `texts`; 0 before all
    texts: Units  # numbers within their block, those of a key in order
    sums: Floats  # of each text: how much all that it holds tells
    even: Floats  # of each text: BM25's factor for its length
    unknown: float  # how much a key tells that no text holds
    longest: int

    @classmethod
    def of(cls, texts: Texts, *, longest: int = 2, postings: bool = True, like: "Grams | None" = None) -> "Grams":
        """Index texts; `like` lends its frequencies to a few texts that were added later."""
        count, letters = max(1, len(texts)), Letters.of(texts.every, texts.lengths)

        def worth(keys: Keys, counts: Ints) -> Floats:
            return _told(counts, count) if like is None else like.worth(keys)

        parts = [posted(letters, wide, worth, postings=postings) for wide in range(1, longest + 1)]
        keys, telling, counts, kept, held = (laid(np.concatenate([getattr(part, name) for part in parts]))
                                             for name in ("keys", "telling", "counts", "kept", "texts"))  # fmt: skip
        if not len(keys):  # a key that nothing has, so that there is always one
            keys, telling, counts = np.array([_NOBODY]), np.zeros(1, np.float32), np.zeros(1, np.int32)
            kept = np.zeros(1, np.int32)
        ends = np.concatenate([np.zeros(1, np.int32), np.cumsum(kept, dtype=np.int32)])
        sums = np.sum([part.sums for part in parts], axis=0).astype(np.float32)
        unknown = float(_told(np.zeros(1), count)[0]) if like is None else like.unknown
        return cls(keys, telling, counts, laid(ends), held, laid(sums), laid(_evened(texts.lengths)), unknown, longest)

    def worth(self, keys: Keys) -> Floats:
        """How much each key tells."""
        places, known = self._places(keys)
        return np.where(known, self.telling[places], np.float32(self.unknown)).astype(np.float32)

    def told(self, text: str) -> float:
        """How much everything in a text tells, known here or not."""
        return float(self.worth(np.unique(keys_of([text], self.longest)[0])).sum())

    def held(self, keys: Keys) -> Ints:
        """How many texts hold each key."""
        places, known = self._places(keys)
        return np.where(known, self.counts[places], 0).astype(np.int32)

    def holding(self, wanted: str) -> Ints:
        """The texts that hold the rarest key of what is wanted; none where nobody holds one of its keys."""
        places, known = self._places(keys_of([wanted], self.longest)[0])
        if not len(places) or not known.all():
            return np.empty(0, dtype=np.int32)
        rarest = self._holding(int(places[np.argmin(self.counts[places])]))
        return np.concatenate([np.empty(0, np.int32), *(some.astype(np.int32) + begin for begin, some in rarest)])

    def scores(self, *asked: str) -> tuple[Floats, bool]:
        """BM25 of every text for all that is asked, and whether that is all: what many texts hold is left out once
        rarer things were enough."""
        found = np.zeros(len(self.even), dtype=np.float32)
        places, known = self._places(np.unique(keys_of(asked, self.longest)[0]))
        places = places[known]
        places = places[np.argsort(self.counts[places], kind="stable")]
        read = np.cumsum(self.counts[places], dtype=np.int64) <= _READ_AT_MOST
        read[:1] = True
        for place in places[read].tolist():
            for begin, some in self._holding(place):
                np.add.at(found[begin : begin + BLOCK], some.astype(np.intp), self.telling[place])
        found *= self.even
        return found, bool(read.all()) and self.counts[places].max(initial=0) <= KEPT

    def exact(self, asked: Sequence[str], texts: Texts, rows: Ints) -> Floats:
        """BM25 of a few texts, those of the index's `rows`, for all that is asked."""
        sought = Sought(asked, self.longest)
        worth = np.where(self._places(sought.keys)[1], self.worth(sought.keys), np.float32(0))
        return (sought.counted(Told(texts)) > 0).astype(np.float32) @ worth * self.even[rows]

    def _holding(self, place: int) -> Iterator[tuple[int, Units]]:
        """The texts of a key, block by block: the block's first, and numbers within it."""
        blocks = (len(self.ends) - 1) // len(self.keys)
        bounds = pairwise(self.ends[place * blocks : (place + 1) * blocks + 1].tolist())
        return ((nth * BLOCK, self.texts[start:end]) for nth, (start, end) in enumerate(bounds) if end > start)

    def _places(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return places, self.keys[places] == keys


def _told(counts: NDArray[Any], texts: int) -> Floats:
    return np.log1p((texts - counts + 0.5) / (counts + 0.5)).astype(np.float32)


def _evened(lengths: Ints) -> Floats:
    usual = max(float(lengths.mean()) if len(lengths) else 1.0, 1.0)
    stretched = 1 - _LENGTH_MATTERS + _LENGTH_MATTERS * lengths / usual
    return np.asarray((_SATURATION + 1) / (1 + _SATURATION * stretched), dtype=np.float32)


def coverage(grams: Grams, queries: Sequence[str], told: Told, rows: Ints) -> tuple[Shares, Shares]:
    """For each of some texts (the rows of the index `rows`) and each query: the share of the query that the text holds,
    and the share of the text that the query holds, by how much the shared characters and neighbours tell; both run from
    0 to 1."""
    sought = Sought(queries, grams.longest)
    worth = grams.worth(sought.keys)[:, None] * sought.of
    often = sought.counted(told)
    asked_told = (often > 0).astype(np.float32) @ worth / worth.sum(axis=0)
    text_asked = often @ worth / np.maximum(grams.sums[rows], np.float32(1e-6))[:, None]
    return np.asarray(asked_told, np.float32), np.asarray(text_asked, np.float32)
