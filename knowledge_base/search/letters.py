"""What somebody typed in letters: whole syllables, first letters of syllables, or a mixture with characters."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from knowledge_base.search.abbreviated import Abbreviated
from knowledge_base.search.alphabet import codes
from knowledge_base.search.grams import Grams
from knowledge_base.search.readings import normal, sounds

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


class Spelling:
    """Cuts letters into syllables by how often those occur in the index."""

    def __init__(self, heard: Grams, among: Abbreviated) -> None:
        self._among = among
        known = codes()
        often = heard.held(np.fromiter((ord(code) for code in known.values()), dtype=np.uint64, count=len(known)))
        every = float(often.sum()) + len(known)
        self._cost = {s: -math.log((int(n) + 0.3) / every) for s, n in zip(known, often, strict=True)}
        self._rare = -math.log(0.3 / every)

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
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(letters) + 1):
            ways = [(best[end - 1][0] + self._alone(letters[end - 1]), 1)]
            for length in range(2, min(_LONGEST, end) + 1):
                cost = self._cost.get(letters[end - length : end])
                if cost is not None:
                    ways.append((best[end - length][0] + cost, length))
            best.append(min(ways))
        pieces, end = [], len(letters)
        while end:
            pieces.append(letters[end - best[end][1] : end])
            end -= best[end][1]
        return pieces[::-1]

    def _alone(self, letter: str) -> float:
        return self._cost.get(letter, self._rare) + (0.0 if letter in "aeo" else _ALONE)
