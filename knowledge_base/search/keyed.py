"""The texts of a department as they lie on the keys of a telephone, looked through all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.alphabet import spelled
from knowledge_base.search.keypad import keys

Bytes = NDArray[np.uint8]
Ranks = NDArray[np.int8]

EXACT, BEGINS, INSIDE, NOT = range(4)
"""How keys fit a text: they are it, it begins with them, they stand within it, they don't fit."""
_FEWEST_INSIDE = 3  # keys that may also be found in the middle of a text
_END, _NO_KEY = 0, 1
_STARTS, _KEY = np.uint8(0x80), np.uint8(0x7F)  # marks a syllable's first key; what remains without the mark
_POINTS = 0x10000  # sounds are characters of one Unicode plane; others lie on no key


@dataclass(frozen=True, eq=False)
class Row:
    """Texts behind one another as keys, each with an end behind it."""

    keys: Bytes
    ends: NDArray[np.int64]

    def ranks(self, pressed: Bytes) -> Ranks:
        """How the keys fit each text."""
        hits = np.flatnonzero(self.keys == pressed[0] | _STARTS)
        for nth, key in enumerate(pressed[1:], start=1):
            hits = hits[self.keys[hits + nth] & _KEY == key]
        of = np.searchsorted(self.ends, hits)
        first = np.where(of > 0, self.ends[of - 1] + 1, 0) == hits
        whole = self.keys[hits + len(pressed)] == _END
        within = INSIDE if len(pressed) >= _FEWEST_INSIDE else NOT
        best = np.full(len(self.ends), NOT, dtype=np.int8)
        np.minimum.at(best, of, np.where(first, np.where(whole, EXACT, BEGINS), within).astype(np.int8))
        return best


@dataclass(frozen=True, eq=False)
class Keyed:
    """Texts by the keys of their syllables' first letters, and of their whole syllables."""

    firsts: Row
    whole: Row

    @classmethod
    def of(cls, sounds: Sequence[str]) -> "Keyed":
        together = "\0".join([*sounds, ""]).encode("utf-32-le", "surrogatepass")
        points = np.minimum(np.frombuffer(together, dtype=np.uint32), _POINTS - 1)
        every = _on_keys()[points]
        pressed = every > _END
        pressed[:, 0] = True  # the end of a text, too
        return cls(_row(every[:, 0]), _row(every[pressed]))

    def ranks(self, pressed: str) -> Ranks:
        """How these keys (digits, at least one) fit each text, as first letters or as syllables."""
        row = np.frombuffer(pressed.encode(), dtype=np.uint8)
        return np.minimum(self.firsts.ranks(row), self.whole.ranks(row))


def _row(every: Bytes) -> Row:
    return Row(np.ascontiguousarray(every), np.flatnonzero(every == _END))


@cache
def _on_keys() -> Bytes:
    """The keys of each sound, the first one marked."""
    table = np.zeros((_POINTS, max(map(len, spelled().values()))), dtype=np.uint8)
    table[:, 0] = _NO_KEY
    table[0] = _END
    spoken = {**{c: c for c in "abcdefghijklmnopqrstuvwxyz0123456789"}, **spelled()}
    for sound, syllable in spoken.items():
        pressed = np.frombuffer(keys(syllable).encode(), dtype=np.uint8)
        table[ord(sound), : len(pressed)] = pressed
        table[ord(sound), 0] |= _STARTS
    return table
