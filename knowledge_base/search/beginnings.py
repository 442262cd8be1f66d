"""The texts whose first letters begin in some way, as an operator types them."""

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.resting import laid
from knowledge_base.search.texts import Texts

Ints = NDArray[np.int32]
_DEEP = 8  # letters by which texts stand in order: a byte each
_OTHER = 0xFF  # what is no letter or digit


class Beginnings:
    """Texts in the order of their first letters."""

    def __init__(self, firsts: Texts) -> None:
        self._firsts, self._lengths = firsts, laid(firsts.lengths)
        starts, every = firsts.ends - self._lengths, np.minimum(firsts.every, _OTHER).astype(np.uint8)
        keys = np.zeros(len(firsts), dtype=np.uint64)
        for deep in range(_DEEP):
            there = self._lengths > deep
            keys[there] |= every[starts[there] + deep].astype(np.uint64) << np.uint64(8 * (_DEEP - 1 - deep))
        self._order = laid(np.argsort(keys, kind="stable").astype(np.int32))
        self._keys = laid(keys[self._order])

    def of(self, letters: str, allowed: NDArray[np.bool_] | None, most: int) -> Ints:
        """The texts that begin so, the shortest of them."""
        asked = bytes(min(ord(letter), _OTHER) for letter in letters[:_DEEP])
        least, highest = (int.from_bytes(asked.ljust(_DEEP, end)) for end in (b"\0", b"\xff"))
        start = np.searchsorted(self._keys, np.uint64(least), "left")
        end = np.searchsorted(self._keys, np.uint64(highest), "right")
        rows = self._order[start:end]
        rows = rows if allowed is None else rows[allowed[rows]]
        if len(letters) > _DEEP:
            begins = (self._firsts[row].startswith(letters) for row in rows.tolist())
            rows = rows[np.fromiter(begins, dtype=bool, count=len(rows))]
        return rows[np.argsort(self._lengths[rows], kind="stable")[:most]]
