"""Making an index of neighbouring characters: every key in order, how many texts hold it, and which."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.texts import counts

Ints = NDArray[np.int32]
Units = NDArray[np.uint16]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]

SHIFT = np.uint64(21)  # a Unicode code point has 21 bits
BLOCK = 1 << 16  # texts whose numbers fit into 16 bits
_UNITS = 1 << 16  # kinds of characters
KEPT = 150_000  # texts of a key: who looks for what more of them hold has to say more
_AT_ONCE = 1 << 18  # characters looked at together: what counting them takes for a moment stays small


def keys_of(texts: Sequence[str], longest: int = 2) -> tuple[Keys, Ints]:
    """A key for each character, each two neighbours … up to `longest` of them, and the text that it's from."""
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    return keys_within(points, np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), longest)


def keys_within(points: NDArray[Any], lengths: NDArray[Any], longest: int) -> tuple[Keys, Ints]:
    """The same of texts behind one another, of these lengths."""
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    found = [_within(points, owners, wide) for wide in range(1, longest + 1)]
    return np.concatenate([keys for keys, _ in found]), np.concatenate([of for _, of in found])


def _within(points: NDArray[Any], owners: Ints, wide: int) -> tuple[Keys, Ints]:
    keys = _runs(points, wide, SHIFT)
    inside = owners[wide - 1 :] == owners[: len(keys)]
    return keys[inside], owners[: len(keys)][inside]


def _runs(points: NDArray[Any], wide: int, shift: np.uint64) -> Keys:
    """So many neighbours as one number, whether they are of one text or not."""
    count = max(0, len(points) - wide + 1)
    keys = points[:count].astype(np.uint64)
    for nth in range(1, wide):
        keys <<= shift
        keys |= points[nth : nth + count]
    return keys


@dataclass(frozen=True, eq=False)
class Letters:
    """The characters of texts as small numbers, so that some of them and the text's number make one number, which is
    sorted in a tenth of the time."""

    numbers: Units
    known: Units  # the character of each number
    owners: Ints
    texts: int

    @classmethod
    def of(cls, units: Units, lengths: Ints) -> "Letters":
        known = np.flatnonzero(counts(units)).astype(np.uint16)
        numbers = np.zeros(_UNITS, dtype=np.uint16)
        numbers[known] = np.arange(len(known))
        return cls(numbers[units], known, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths), len(lengths))

    def in_order(self, wide: int) -> "Iterator[tuple[Keys, Ints]]":
        """The keys of so many neighbours in order, and the texts that they are from; those of equal keys in order. Keys
        that begin with the same characters at a time: those of all that a hundred thousand entries tell, in one place,
        would take 30 MB, and whoever counts them as much again."""
        bits, each = np.uint64(self.texts.bit_length()), np.uint64(len(self.known).bit_length())
        count = max(0, len(self.numbers) - wide + 1)
        for first, last in self._stretches():
            begins = np.flatnonzero((self.numbers[:count] >= first) & (self.numbers[:count] < last))
            begins = begins[self.owners[begins] == self.owners[begins + (wide - 1)]]
            both = self.numbers[begins].astype(np.uint64)
            for nth in range(1, wide):
                both <<= each
                both |= self.numbers[begins + nth]
            both <<= bits
            np.bitwise_or(both, self.owners[begins], out=both, dtype=np.uint64, casting="unsafe")
            del begins
            both.sort()
            owners = np.empty(len(both), dtype=np.int32)
            np.bitwise_and(both, (np.uint64(1) << bits) - np.uint64(1), out=owners, dtype=np.uint64, casting="unsafe")
            both >>= bits
            yield both, owners

    def _stretches(self) -> "Iterator[tuple[int, int]]":
        """From which character to which one there are about so many of them."""
        upto = np.cumsum(counts(self.numbers)[: max(1, len(self.known))]) // _AT_ONCE
        ends = [*(np.flatnonzero(np.diff(upto)) + 1).tolist(), len(upto)]
        return zip([0, *ends], ends, strict=False)

    def keys(self, numbered: Keys, wide: int) -> Keys:
        """Keys of small numbers as those of characters."""
        each = np.uint64(len(self.known).bit_length())
        found = np.zeros(len(numbered), dtype=np.uint64)
        for nth in range(wide)[::-1]:
            number = (numbered >> (np.uint64(nth) * each)) & ((np.uint64(1) << each) - np.uint64(1))
            found = (found << SHIFT) | self.known[number]
        return found


@dataclass(frozen=True, eq=False)
class Posted:
    """All keys of one length."""

    keys: Keys
    telling: Floats  # how much each tells
    counts: Ints  # the texts that hold each
    sums: NDArray[Any]  # of each text: how much all that it holds tells
    kept: Ints  # of each key, for each block of texts: how many stand in `texts`
    texts: Units  # their numbers within the block


def posted(letters: Letters, wide: int, worth: Callable[[Keys, Ints], Floats], *, postings: bool) -> Posted:
    """The keys of so many neighbours; without `postings` it isn't kept which texts hold them."""
    sums = np.zeros(letters.texts)
    parts = [_posted(letters, wide, *some, worth, sums, postings=postings) for some in letters.in_order(wide)]
    keys, telling, counts, kept, texts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Posted(keys, telling, counts, sums, kept, texts)


def _posted(letters: Letters, wide: int, every: Keys, owners: Ints, worth: Callable[[Keys, Ints], Floats],
            sums: NDArray[Any], *, postings: bool) -> tuple[Keys, Floats, Ints, Ints, Units]:  # fmt: skip
    """Those of some keys in order; what they tell is added to the texts' sums."""
    begins = np.ones(len(every), dtype=bool)
    begins[1:] = every[1:] != every[:-1]
    keys, once = letters.keys(every[begins], wide), begins.copy()
    once[1:] |= owners[1:] != owners[:-1]
    counts = np.add.reduceat(once, np.flatnonzero(begins), dtype=np.int32) if len(once) else np.zeros(0, np.int32)
    telling = worth(keys, counts)
    key_of = np.cumsum(begins, dtype=np.int32)
    key_of -= np.int32(1)
    sums += np.bincount(owners, weights=telling[key_of], minlength=len(sums))
    if not postings:
        once[:] = False
    owners = owners[once]
    return keys, telling, counts, *_kept(key_of[once], owners, counts, letters.texts)


def _kept(key_of: Ints, owners: Ints, counts: Ints, texts: int) -> tuple[Ints, Units]:
    """The first texts of each key, block by block."""
    if len(owners) and counts.max(initial=0) > KEPT:
        few, begins = np.ones(len(owners), dtype=bool), np.cumsum(counts) - counts
        for key in np.flatnonzero(counts > KEPT).tolist():
            few[begins[key] + KEPT : begins[key] + counts[key]] = False
        key_of, owners = key_of[few], owners[few]
    blocks = max(1, -(-texts // BLOCK))
    kept = np.bincount(key_of * blocks + owners // BLOCK, minlength=len(counts) * blocks)
    return kept.astype(np.int32), (owners % BLOCK).astype(np.uint16)
