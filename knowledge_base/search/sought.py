"""What some texts have in common with a question, found through small tables of what the question holds: many times as
fast as looking up each of their keys."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.posting import SHIFT, Floats, Ints, Keys
from knowledge_base.search.texts import Texts

_UNITS = 1 << 16  # kinds of characters
_own = threading.local()
Numbers = NDArray[np.int32]


class Told:
    """Some texts as they are looked through: their units behind one another, and the text that each is of."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.units, self.lengths = texts.every, texts.lengths
        self.owners: Ints = np.repeat(np.arange(len(texts), dtype=np.int32), self.lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def strings(self) -> list[str]:
        """Each of them."""
        return self._texts.apart()


class Sought:
    """The different characters and neighbours of some wordings, up to `longest` of them: each is a key, and `of` says
    which wordings have it."""

    def __init__(self, asked: Sequence[str], longest: int) -> None:
        self._known = sorted({one for words in asked for one in words})
        self._base, number = len(self._known) + 1, {one: nth for nth, one in enumerate(self._known, start=1)}
        self._points = np.fromiter(map(ord, self._known), dtype=np.int32, count=len(self._known))
        place = {one: nth for nth, one in enumerate(self._known)}
        self._places: list[Numbers] = []  # of each number of two neighbours, of three …: the key's place, from 1 on
        for wide in range(2, longest + 1):
            places = np.zeros(self._base**wide, dtype=np.int32)
            for run in dict.fromkeys(run for words in asked for run in _runs(words, wide)):
                place[run] = len(place)
                places[_joined(run, number.__getitem__, self._base)] = len(place)
            self._places.append(places)
        self.keys: Keys = np.array([_joined(run, ord, 1 << int(SHIFT)) for run in place], dtype=np.uint64)
        self.of: Floats = np.zeros((len(place), len(asked)), dtype=np.float32)
        for nth, words in enumerate(asked):
            self.of[[place[run] for wide in range(1, longest + 1) for run in _runs(words, wide)], nth] = 1

    def counted(self, told: Told) -> Floats:
        """How often each text holds each key."""
        runs = numbers = self._numbers(told)
        both = [self._both(told.owners, numbers)]
        for wide, places in enumerate(self._places, start=2):  # a digit 0 is in no key
            runs = runs[:-1] * self._base + numbers[wide - 1 :]
            inside = told.owners[wide - 1 :] == told.owners[: len(runs)]
            both.append(self._both(told.owners[: len(runs)], places[runs] * inside))
        counts = np.bincount(np.concatenate(both), minlength=len(told) * len(self.keys))
        return counts.astype(np.float32).reshape(len(told), len(self.keys))

    def _both(self, owners: Ints, places: Numbers) -> Numbers:
        """A text and a key that it holds as one number."""
        held = places > 0
        return owners[held] * np.int32(len(self.keys)) + places[held] - np.int32(1)

    def _numbers(self, told: Told) -> Numbers:
        """Of each unit of texts the number that its character has here; 0: not asked for."""
        if not hasattr(_own, "table"):  # a new one would have the kernel fetch its pages each time
            _own.table = np.zeros(_UNITS, dtype=np.int32)
        table: Numbers = _own.table
        table[self._points] = np.arange(1, self._base)
        numbers = table[told.units]
        table[self._points] = 0
        return numbers


def _joined(run: str, number: Callable[[str], int], base: int) -> int:
    """Neighbours as one number."""
    whole = 0
    for one in run:
        whole = whole * base + number(one)
    return whole


def _runs(words: str, wide: int) -> Iterator[str]:
    return (words[at : at + wide] for at in range(len(words) - wide + 1))
