"""Which texts hold a character or two neighbouring ones, and how much that tells: the way candidates are found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]

_SHIFT = np.uint64(21)  # a Unicode code point has 21 bits
_NOBODY = ~np.uint64(0)
_LENGTH_MATTERS, _SATURATION = 0.75, 1.2  # BM25's b and k1
_READ_AT_MOST = 4  # postings a query may read, in multiples of the texts, the rarest first


def keys_of(texts: Sequence[str], longest: int = 2) -> tuple[Keys, Ints]:
    """A key for each character, each two neighbours … up to `longest` of them, and the text that it's from."""
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    owners = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    keys, of, run = [points], [owners], points
    for wide in range(1, longest):
        run = (run[:-1] << _SHIFT) | points[wide:]
        inside = owners[wide:] == owners[: len(owners) - wide]
        keys.append(run[inside])
        of.append(owners[wide:][inside])
    return np.concatenate(keys), np.concatenate(of)


def _in_order(keys: Keys, owners: Ints, count: int) -> tuple[Keys, Ints]:
    """Keys in order, and those of equal keys by their texts: where both fit into one number, by sorting that."""
    bits = np.uint64(count.bit_length())
    if len(keys) and int(keys.max()).bit_length() + int(bits) > 64:
        order = np.argsort(keys, kind="stable")
        return keys[order], owners[order]
    both = np.sort((keys << bits) | owners.astype(np.uint64))
    return both >> bits, (both & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Grams:
    """An index of single characters and neighbours; how much one tells is its inverse document frequency."""

    keys: Keys  # sorted
    telling: Floats  # of each key
    ends: NDArray[np.int64]  # where each key's texts end in `texts`
    texts: Ints
    sums: Floats  # of each text: how much all that it holds tells
    even: Floats  # of each text: BM25's factor for its length
    unknown: float  # how much a key tells that no text holds
    longest: int

    @classmethod
    def of(
        cls, texts: Sequence[str], *, longest: int = 2, postings: bool = True, like: "Grams | None" = None
    ) -> "Grams":
        """Index texts; `like` lends its frequencies to a few texts that were added later."""
        every, owners = _in_order(*keys_of(texts, longest), len(texts))
        begins = np.ones(len(every), dtype=bool)
        begins[1:] = every[1:] != every[:-1]
        key_of = np.cumsum(begins) - 1
        once = begins.copy()
        once[1:] |= owners[1:] != owners[:-1]
        keys, held_by = every[begins], owners[once]
        ends = np.cumsum(np.bincount(key_of[once], minlength=len(keys))).astype(np.int64)
        count = max(1, len(texts))
        if like is None:
            held = np.diff(ends, prepend=0)
            telling = np.log1p((count - held + 0.5) / (held + 0.5)).astype(np.float32)
            unknown = float(np.log1p((count + 0.5) / 0.5))
        else:
            telling, unknown = like.worth(keys), like.unknown
        sums = np.bincount(owners, weights=telling[key_of], minlength=len(texts))
        lengths = np.fromiter(map(len, texts), dtype=np.float32, count=len(texts))
        usual = float(lengths.mean()) if len(texts) else 1.0
        even = (_SATURATION + 1) / (1 + _SATURATION * (1 - _LENGTH_MATTERS + _LENGTH_MATTERS * lengths / max(usual, 1)))
        if not len(keys):  # a key that nothing has, so that there is always one
            keys, telling, ends = np.array([_NOBODY]), np.zeros(1, np.float32), np.zeros(1, np.int64)
        kept = held_by if postings else np.empty(0, np.int32)
        return cls(keys, telling, ends, kept, sums.astype(np.float32), even.astype(np.float32), unknown, longest)

    def worth(self, keys: Keys) -> Floats:
        """How much each key tells."""
        places, known = self._places(keys)
        return np.where(known, self.telling[places], np.float32(self.unknown)).astype(np.float32)

    def held(self, keys: Keys) -> NDArray[np.int64]:
        """How many texts hold each key."""
        places, known = self._places(keys)
        return np.where(known, self.ends[places] - np.where(places > 0, self.ends[places - 1], 0), 0)

    def holding(self, wanted: str) -> Ints:
        """The texts that hold the rarest key of what is wanted; none where nobody holds one of its keys."""
        places, known = self._places(keys_of([wanted], self.longest)[0])
        if not len(places) or not known.all():
            return np.empty(0, dtype=np.int32)
        starts = np.where(places > 0, self.ends[places - 1], 0)
        rarest = int(np.argmin(self.ends[places] - starts))
        return self.texts[starts[rarest] : self.ends[places[rarest]]]

    def scores(self, *asked: str) -> Floats:
        """BM25 of every text for all that is asked; keys that nearly every text holds are left out once rarer ones
        were enough."""
        found = np.zeros(len(self.even), dtype=np.float32)
        keys = np.unique(keys_of(asked, self.longest)[0])
        places, known = self._places(keys)
        places = places[known]
        starts = np.where(places > 0, self.ends[places - 1], 0)
        many = self.ends[places] - starts
        left = _READ_AT_MOST * max(len(found), 25_000)
        for nth in np.argsort(many, kind="stable"):
            left -= int(many[nth])
            if left < 0:
                break
            found[self.texts[starts[nth] : starts[nth] + many[nth]]] += self.telling[places[nth]]
        found *= self.even
        return found

    def _places(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return places, self.keys[places] == keys


def coverage(grams: Grams, query: str, texts: Sequence[str], rows: Ints) -> tuple[Floats, Floats]:
    """For each of `texts` (the rows of the index `rows`): the share of the query that it holds, and the share of it
    that the query holds, by how much the shared characters and neighbours tell; both run from 0 to 1."""
    asked = np.unique(keys_of([query], grams.longest)[0])
    worth = grams.worth(asked)
    keys, owners = keys_of(texts, grams.longest)
    places = np.minimum(np.searchsorted(asked, keys), len(asked) - 1)
    shared = asked[places] == keys
    both = np.zeros((len(texts), len(asked)), dtype=np.float32)
    both[owners[shared], places[shared]] = 1
    of_text = np.bincount(owners[shared], weights=worth[places[shared]], minlength=len(texts))
    return (both @ worth) / worth.sum(), (of_text / np.maximum(grams.sums[rows], 1e-6)).astype(np.float32)
