"""What somebody typed in letters: whole syllables, first letters of syllables, or a mixture with characters."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np

from knowledge_base.search.abbreviated import Abbreviated
from knowledge_base.search.alphabet import codes
from knowledge_base.search.grams import Grams
from knowledge_base.search.neighbours import Neighbours
from knowledge_base.search.readings import normal, sounds
from knowledge_base.search.yunnan import HEARD, written

_RUN = re.compile(r"[a-z]+|[0-9]+|[^0-9a-z]+")
_LONGEST = 6  # letters of a syllable
_MOSTLY = 0.75  # so many of the letters must belong to syllables for it to be pinyin
_ALONE = 6.0  # what a letter that belongs to no syllable costs, beside the logarithms of frequencies


class Form(StrEnum):
    """How a question was written."""

    TEXT = "text"
    PINYIN = "pinyin"
    INITIALS = "initials"


@dataclass(frozen=True)
class Written:
    """A question: its form, its characters (a sound's own character where none was written) and its sounds."""

    form: Form
    characters: str
    sounds: str


@dataclass
class Piece:
    """Letters that are a syllable, or one that stands alone."""

    told: str
    alone: float  # what it costs by itself
    costs: float = 0.0  # and with all that stands before it
    before: int = -1  # its neighbour among the pieces that end there


class Spelling:
    """Cuts letters into syllables by how often those occur in the index, and beside one another."""

    def __init__(self, heard: Grams, among: Abbreviated) -> None:
        self._among = among
        known = codes()
        often = heard.held(np.fromiter((ord(code) for code in known.values()), dtype=np.uint64, count=len(known)))
        every = float(often.sum()) + len(known)
        self._cost = {s: -math.log((int(n) + 0.3) / every) for s, n in zip(known, often, strict=True)}
        self._rare = -math.log(0.3 / every)
        self._neighbours = Neighbours(heard)

    def form(self, words: str) -> Written:
        """Characters make it text; letters that mostly are syllables make it pinyin, else they are initials."""
        runs = _RUN.findall(normal(words).replace(" ", ""))
        letters = [run for run in runs if run.isascii() and run.isalpha()]
        cut = {run: self.cut(run) for run in letters}
        whole = sum(len(s) for run in letters for s in cut[run] if len(s) > 1)
        pinyin = bool(letters) and whole >= _MOSTLY * sum(map(len, letters))
        if any(not run.isascii() for run in runs):
            return self._mixed(runs, cut)
        if not letters:
            return Written(Form.TEXT, "".join(runs), "".join(runs))
        known = codes()
        if not pinyin:
            return Written(Form.INITIALS, "".join(runs), "".join(runs))
        heard = "".join(known.get(s, s) for run in runs for s in cut.get(run, run))
        for said, meant in _in_yunnan():
            heard = heard.replace(said, meant)
        return Written(Form.PINYIN, heard, heard)

    def _mixed(self, runs: list[str], cut: dict[str, list[str]]) -> Written:
        """Syllables among characters are read as sounds; other letters as first letters of what the texts say there,
        and where they say nothing such they stay what they are."""
        around = ["", *runs, ""]
        told = [self._told(run, cut.get(run, []), around[place][-1:], around[place + 2][:1])
                for place, run in enumerate(runs)]  # fmt: skip
        return Written(Form.TEXT, "".join(c for c, _ in told), "".join(heard for _, heard in told))

    def _told(self, run: str, pieces: list[str], before: str, after: str) -> tuple[str, str]:
        """Characters and sounds of a run of characters or letters between two neighbours."""
        if not pieces:
            return run, run if run.isascii() else sounds(run)
        if all(len(s) > 1 for s in pieces):
            spoken = "".join(codes()[s] for s in pieces)
            return spoken, spoken
        return self._among.meant(before, pieces, after) or (run, run)

    def cut(self, letters: str) -> list[str]:
        """The likeliest syllables; a letter in none of them stands alone."""
        ending = [self._ending(letters[:end]) for end in range(len(letters) + 1)]
        ways = [(left, one) for end, some in enumerate(ending) for one in some for left in ending[end - len(one.told)]]
        cost = iter(self._after(ways))
        for end, some in enumerate(ending[1:], start=1):
            for one in some:
                before = ending[end - len(one.told)]
                one.costs, one.before = min(((left.costs + next(cost), n) for n, left in enumerate(before)),
                                            default=(one.alone, -1))  # fmt: skip
        return _back(ending)

    def _ending(self, letters: str) -> list["Piece"]:
        """What may end some letters: the last of them alone, and syllables."""
        if not letters:
            return []
        ends = [letters[-length:] for length in range(2, min(_LONGEST, len(letters)) + 1)]
        return [Piece(letters[-1], self._alone(letters[-1])),
                *(Piece(one, self._cost[one]) for one in ends if one in self._cost)]  # fmt: skip

    def _after(self, ways: Sequence[tuple["Piece", "Piece"]]) -> list[float]:
        """What each piece costs after another: half by how often it follows that one, half by how often it is said."""
        known = codes()
        left, right = (np.array([ord(known.get(one.told, one.told)) for one in some], np.uint64)
                       for some in (zip(*ways, strict=True) if ways else ((), ())))  # fmt: skip
        alone = np.exp(-np.array([one.alone for _, one in ways]))
        costs: list[float] = (-np.log((self._neighbours.after(left, right, alone) + alone) / 2)).tolist()
        return costs

    def _alone(self, letter: str) -> float:
        return self._cost.get(letter, self._rare) + (0.0 if letter in "aeo" else _ALONE)


def _back(ending: Sequence[Sequence[Piece]]) -> list[str]:
    """The pieces of the cheapest way to the end."""
    pieces: list[str] = []
    end = len(ending) - 1
    one = min(ending[end], key=lambda piece: piece.costs) if end else None
    while one is not None:
        pieces.append(one.told)
        end -= len(one.told)
        one = ending[end][one.before] if end else None
    return pieces[::-1]


@cache
def _in_yunnan() -> list[tuple[str, str]]:
    """How what people say there sounds, and what is written."""
    return [(sounds(said), sounds(written(said))) for said in HEARD]
