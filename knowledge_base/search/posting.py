"""Making an index of neighbouring characters: every key in order, how many texts hold it, and which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Units = NDArray[np.uint16]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]

SHIFT = np.uint64(21)  # a Unicode code point has 21 bits
BLOCK = 1 << 16  # texts whose numbers fit into 16 bits
_UNITS = 1 << 16  # kinds of characters
KEPT = 150_000  # texts of a key: who looks for what more of them hold has to say more


def keys_of(texts: Sequence[str], longest: int = 2) -> tuple[Keys, Ints]:
    """A key for each character, each two neighbours … up to `longest` of them, and the text that it's from."""
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    return keys_within(points, np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), longest)


def keys_within(points: NDArray[Any], lengths: NDArray[Any], longest: int) -> tuple[Keys, Ints]:
    """The same of texts behind one another, of these lengths."""
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    found = [_runs(points, owners, wide, SHIFT) for wide in range(1, longest + 1)]
    return np.concatenate([keys for keys, _ in found]), np.concatenate([of for _, of in found])


def _runs(points: NDArray[Any], owners: Ints, wide: int, shift: np.uint64) -> tuple[Keys, Ints]:
    """So many neighbours of one text as one number, and the text."""
    count = max(0, len(points) - wide + 1)
    keys = points[:count].astype(np.uint64)
    for nth in range(1, wide):
        keys <<= shift
        keys |= points[nth : nth + count]
    inside = owners[wide - 1 :] == owners[:count]
    return keys[inside], owners[:count][inside]


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
        known = np.flatnonzero(np.bincount(units, minlength=1)).astype(np.uint16)
        numbers = np.zeros(_UNITS, dtype=np.uint16)
        numbers[known] = np.arange(len(known))
        return cls(numbers[units], known, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths), len(lengths))

    def in_order(self, wide: int) -> tuple[Keys, Ints]:
        """The keys of so many neighbours in order, and the texts that they are from; those of equal keys in order."""
        bits, each = np.uint64(self.texts.bit_length()), np.uint64(len(self.known).bit_length())
        both, owners = _runs(self.numbers, self.owners, wide, each)
        both <<= bits
        both |= owners.astype(np.uint64)
        both.sort()
        return both >> bits, (both & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int32)

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
    kept: NDArray[np.int64]  # of each key, for each block of texts: how many stand in `texts`
    texts: Units  # their numbers within the block


def posted(letters: Letters, wide: int, worth: Callable[[Keys, Ints], Floats], *, postings: bool) -> Posted:
    """The keys of so many neighbours; without `postings` it isn't kept which texts hold them."""
    every, owners = letters.in_order(wide)
    begins = np.ones(len(every), dtype=bool)
    begins[1:] = every[1:] != every[:-1]
    keys, once = letters.keys(every[begins], wide), begins.copy()
    del every
    once[1:] |= owners[1:] != owners[:-1]
    key_of = np.cumsum(begins, dtype=np.int32) - np.int32(1)
    counts = np.bincount(key_of[once], minlength=len(keys)).astype(np.int32)
    telling = worth(keys, counts)
    sums = np.bincount(owners, weights=telling[key_of], minlength=letters.texts)
    if not postings:
        once[:] = False
    return Posted(keys, telling, counts, sums, *_kept(key_of[once], owners[once], counts, letters.texts))


def _kept(key_of: Ints, owners: Ints, counts: Ints, texts: int) -> tuple[NDArray[np.int64], Units]:
    """The first texts of each key, block by block."""
    if counts.max(initial=0) > KEPT:
        few = np.arange(len(owners)) - (np.cumsum(counts) - counts)[key_of] < KEPT
        key_of, owners = key_of[few], owners[few]
    blocks = max(1, -(-texts // BLOCK))
    place = key_of * np.int64(blocks) + owners // BLOCK
    return np.bincount(place, minlength=len(counts) * blocks), (owners % BLOCK).astype(np.uint16)
