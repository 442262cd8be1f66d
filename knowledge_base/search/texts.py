"""Many short texts in one buffer: as strings of Python's they would take ten times the room."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.resting import laid

Units = NDArray[np.uint16]
Places = NDArray[np.int32]

_ENCODED = "utf-16-le"
_END = ord("\n")
_KINDS = 1 << 16  # of units
_COUNTED = 1 << 18  # units counted at a time
_TOGETHER = 1 << 16  # texts that are taken over at a time: where the characters of more stand takes much room


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts behind one another, each unit read through `table` where there is one."""

    units: Units
    ends: Places
    table: Units | None = None

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        """Any texts."""
        pieces = [text.encode(_ENCODED, "surrogatepass") for text in texts]
        lengths = np.fromiter((len(piece) // 2 for piece in pieces), dtype=np.int64, count=len(pieces))
        return cls(np.frombuffer(b"".join(pieces), dtype=np.uint16), np.cumsum(lengths).astype(np.int32))

    @classmethod
    def lines(cls, together: Iterable[str]) -> "Texts":
        """The lines of some strings, without their ends; all of characters of one unit each."""
        units = [np.frombuffer(some.encode(_ENCODED), dtype=np.uint16) for some in together]
        whole = np.concatenate([np.empty(0, np.uint16), *units])
        breaks = np.flatnonzero(whole == _END)
        return cls(laid(whole[whole != _END]), laid((breaks - np.arange(len(breaks))).astype(np.int32)))

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> str:
        if not 0 <= row < len(self):
            raise IndexError(row)
        units = self.units[self.ends[row - 1] if row else 0 : self.ends[row]]
        return (units if self.table is None else self.table[units]).tobytes().decode(_ENCODED, "surrogatepass")

    def through(self, table: Units) -> "Texts":
        """The same texts with each unit as the table has it; only what is asked for is made."""
        return Texts(self.units, self.ends, table)

    @property
    def every(self) -> Units:
        """The units of all texts."""
        return self.units if self.table is None else self.table[self.units]

    @property
    def lengths(self) -> Places:
        return np.diff(self.ends, prepend=np.int32(0))

    def lengths_of(self, rows: NDArray[np.integer[Any]]) -> Places:
        return np.asarray(self.ends[rows] - np.where(rows > 0, self.ends[rows - 1], 0), dtype=np.int32)

    def some(self, rows: NDArray[np.integer[Any]]) -> list[str]:
        """Some of the texts, in this order; of characters of one unit each."""
        return self.taken(rows).apart()

    def apart(self) -> list[str]:
        """All of the texts; of characters of one unit each."""
        together = self.every.tobytes().decode(_ENCODED)
        return [together[begin:end] for begin, end in pairwise([0, *self.ends.tolist()])]

    def taken(self, rows: NDArray[np.integer[Any]]) -> "Texts":
        """Some of the texts, in this order."""
        places, lengths = spans(self.ends, rows)
        return Texts(self.units[places], np.cumsum(lengths).astype(np.int32), self.table)


class Collected:
    """Texts that are added one by one; none is kept as a string."""

    def __init__(self) -> None:
        self._units, self._ends, self._marks = bytearray(), array("q"), array("q")

    def add(self, text: str) -> None:
        self._units += text.encode(_ENCODED, "surrogatepass")
        self._ends.append(len(self._units) // 2)
        self._marks.append(hash(text))  # 64 bits: those of a million texts differ where the texts do

    def different(self) -> tuple[Texts, Places]:
        """Each different text once, in the order of their coming, and which of them each was that was added."""
        _, first, of = np.unique(np.array(self._marks, dtype=np.int64), return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order))
        every = Texts(np.frombuffer(self._units, dtype=np.uint16), np.array(self._ends, dtype=np.int32))
        rows = first[order]
        some = [every.taken(rows[start : start + _TOGETHER]).units for start in range(0, len(rows), _TOGETHER)]
        ends = np.cumsum(every.lengths_of(rows)).astype(np.int32)
        return Texts(laid(np.concatenate([np.empty(0, np.uint16), *some])), laid(ends)), place[of]


def spans(ends: Places, rows: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], Places]:
    """Where the contents of some rows stand, when `ends` are those of all rows; and how many each has."""
    lengths = ends[rows] - np.where(rows > 0, ends[rows - 1], 0).astype(np.int32)
    upto = np.cumsum(lengths, dtype=np.int64)
    return np.repeat(ends[rows] - upto, lengths) + np.arange(upto[-1] if len(upto) else 0), lengths


def counts(units: Units) -> NDArray[np.int64]:
    """How often each unit occurs; some are counted at a time, for that takes four times their room."""
    found = np.zeros(_KINDS, dtype=np.int64)
    for start in range(0, len(units), _COUNTED):
        found += np.bincount(units[start : start + _COUNTED], minlength=_KINDS)
    return found


def table(of: dict[int, str]) -> Units:
    """A table of what `str.translate` would do with units."""
    every = np.arange(_KINDS, dtype=np.uint16)
    for point, character in of.items():
        if point < len(every):
            every[point] = ord(character)
    return every
