"""Which texts hold a character or two neighbouring ones, and how much that tells: the way candidates are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.posting import BLOCK, KEPT, Floats, Ints, Keys, Letters, Units, keys_of, keys_within, posted
from knowledge_base.search.texts import Texts

__all__ = ["Floats", "Grams", "Ints", "coverage", "keys_of"]

_NOBODY = ~np.uint64(0)
_LENGTH_MATTERS, _SATURATION = 0.75, 1.2  # BM25's b and k1
_READ_AT_MOST = KEPT  # postings a query may read, the rarest first


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
        keys, telling, counts, kept, held = (np.concatenate([getattr(part, name) for part in parts])
                                             for name in ("keys", "telling", "counts", "kept", "texts"))  # fmt: skip
        if not len(keys):  # a key that nothing has, so that there is always one
            keys, telling, counts = np.array([_NOBODY]), np.zeros(1, np.float32), np.zeros(1, np.int32)
            kept = np.zeros(1, np.int64)
        ends = np.concatenate([np.zeros(1, np.int32), np.cumsum(kept, dtype=np.int32)])
        sums = np.sum([part.sums for part in parts], axis=0).astype(np.float32)
        unknown = float(_told(np.zeros(1), count)[0]) if like is None else like.unknown
        return cls(keys, telling, counts, ends, held, sums, _evened(texts.lengths), unknown, longest)

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
        wanted = np.unique(keys_of(asked, self.longest)[0])
        worth = np.where(self._places(wanted)[1], self.worth(wanted), np.float32(0))
        shared = _shared(wanted, *keys_within(texts.every, texts.lengths, self.longest))
        return _once(*shared, (len(rows), len(wanted))) @ worth * self.even[rows]

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


def coverage(grams: Grams, query: str, texts: Sequence[str], rows: Ints) -> tuple[Floats, Floats]:
    """For each of `texts` (the rows of the index `rows`): the share of the query that it holds, and the share of it
    that the query holds, by how much the shared characters and neighbours tell; both run from 0 to 1."""
    asked = np.unique(keys_of([query], grams.longest)[0])
    worth = grams.worth(asked)
    owners, places = _shared(asked, *keys_of(texts, grams.longest))
    of_text = np.bincount(owners, weights=worth[places], minlength=len(texts))
    asked_told = _once(owners, places, (len(texts), len(asked))) @ worth / worth.sum()
    return asked_told, (of_text / np.maximum(grams.sums[rows], 1e-6)).astype(np.float32)


def _shared(asked: Keys, keys: Keys, owners: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """Of the keys that are asked: whose they are, and which."""
    places = np.minimum(np.searchsorted(asked, keys), len(asked) - 1)
    shared = asked[places] == keys
    return owners[shared], places[shared]


def _once(owners: Ints, places: NDArray[np.int64], shape: tuple[int, int]) -> Floats:
    """1 where a text holds a key, however often."""
    held = np.zeros(shape, dtype=np.float32)
    held[owners, places] = 1
    return held
