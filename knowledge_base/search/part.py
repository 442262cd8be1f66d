"""A part of the index: texts, how they are found, and what each of them has in common with a question."""

import ctypes
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search import evidence
from knowledge_base.search.abbreviated import Abbreviated
from knowledge_base.search.alphabet import firsts, folding
from knowledge_base.search.evidence import Evidence
from knowledge_base.search.grams import Floats, Grams, Ints
from knowledge_base.search.guessing import Guess
from knowledge_base.search.letters import Form, Spelling, Written
from knowledge_base.search.meaning import Vectors
from knowledge_base.search.readings import read_all

FOUND_BY_LETTERS = 80  # candidates whose evidence is weighed
FOUND_BY_MEANING = 40

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """Texts that may be meant, with what speaks for each; `near` is their cosine, -1 where unknown."""

    rows: Ints
    figures: Evidence
    near: Floats


class Part:
    """Texts with their readings; a later, smaller part borrows the frequencies of the first."""

    def __init__(self, texts: Sequence[str], *, vectors: Mapping[str, bytes] | None = None, like: "Part | None" = None):
        self.characters, self.sounds = read_all(texts)
        self.firsts = [sounds.translate(firsts()) for sounds in self.sounds]
        self.vectors = Vectors(texts, vectors)
        lent: list[Grams | None] = [None] * 4
        if like is not None:
            lent = [like.by_characters, like.by_folded, like.by_sounds, like.by_firsts]
        self.by_characters: Grams = Grams.of(self.characters, like=lent[0])
        self.by_folded: Grams = Grams.of([read_folded(sounds) for sounds in self.sounds], like=lent[1])
        self.by_sounds: Grams = Grams.of(self.sounds, postings=False, like=lent[2])
        self.by_firsts: Grams = Grams.of(self.firsts, longest=3, like=lent[3])
        give_back()

    def __len__(self) -> int:
        return len(self.characters)

    @cached_property
    def spelling(self) -> Spelling:
        among = Abbreviated(self.by_characters, self.by_firsts, self.characters, self.sounds, self.firsts)
        return Spelling(self.by_sounds, among)

    @cached_property
    def guess(self) -> Guess:
        return Guess(self.by_characters, self.characters, self.sounds)

    @cached_property
    def _in_order(self) -> list[int]:
        return sorted(range(len(self)), key=lambda row: self.firsts[row])

    def beginning(self, letters: str, most: int) -> list[int]:
        """The texts whose first letters begin so, the shortest of them."""
        order, key = self._in_order, self.firsts.__getitem__
        start, end = bisect_left(order, letters, key=key), bisect_left(order, letters + "~", key=key)
        return sorted(order[start:end], key=lambda row: len(self.firsts[row]))[:most]

    def candidates(self, asked: Written, *, allowed: Mask | None, near: Floats | None, most: int) -> Candidates:
        """The texts that have most in common with a question, and the nearest by meaning."""
        return self.evidence([asked], self.rows([asked], allowed=allowed, near=near, most=most), near)[0]

    def rows(self, asked: Sequence[Written], *, allowed: Mask | None, near: Floats | None, most: int) -> Ints:
        """The texts that have most in common with some wordings of one question, looked up together; all of them are
        first letters, or none is."""
        if asked[0].form == Form.INITIALS:
            rows = _best(self.by_firsts.scores(*(one.sounds for one in asked)), allowed, most)
            first = [r for one in asked for r in self.beginning(one.sounds, most) if allowed is None or allowed[r]]
            return np.union1d(rows, np.array(first, dtype=np.int32)).astype(np.int32)
        found = self.by_folded.scores(*(read_folded(one.sounds) for one in asked))
        written = [one.characters for one in asked if _has_characters(one)]
        if written:
            found += self.by_characters.scores(*written)
        rows = _best(found, allowed, most)
        if near is not None:
            rows = np.union1d(rows, _best(near + 1, allowed, FOUND_BY_MEANING)).astype(np.int32)
        return rows

    def evidence(self, asked: Sequence[Written], rows: Ints, near: Floats | None) -> list[Candidates]:
        """What speaks for each of these texts, by each of some wordings."""
        close = near[rows] if near is not None else np.full(len(rows), -1, np.float32)
        if asked[0].form == Form.INITIALS:
            told = [self.firsts[r] for r in rows]
            figures = [evidence.of_initials(one.sounds, told, self.by_firsts, rows) for one in asked]
            return [Candidates(rows, one, close) for one in figures]
        folded = [read_folded(self.sounds[r]) for r in rows]
        return [Candidates(rows, self._of_text(one, folded, rows), close) for one in asked]

    def _of_text(self, asked: Written, folded: Sequence[str], rows: Ints) -> Evidence:
        written = _has_characters(asked)
        exact, grams = (self.characters, self.by_characters) if written else (self.sounds, self.by_sounds)
        query = asked.characters, read_folded(asked.sounds)
        return evidence.of_text(query, ([exact[r] for r in rows], folded), (grams, self.by_folded), rows)


def _has_characters(asked: Written) -> bool:
    """Whether characters were written, or guessed for the sounds."""
    return asked.characters != asked.sounds or asked.form == Form.TEXT


def give_back() -> None:
    """Have the C library return what building took for a moment: at 100,000 texts a third of the process."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def read_folded(sounds: str) -> str:
    """Sounds without what Yunnan speech does not keep apart."""
    return sounds.translate(folding())


def _best(scores: Floats, allowed: Mask | None, most: int) -> Ints:
    """The rows with the highest scores above 0."""
    if allowed is not None:
        scores = np.where(allowed, scores, 0)
    rows = np.argpartition(-scores, most)[:most] if len(scores) > most else np.arange(len(scores))
    return rows[scores[rows] > 0].astype(np.int32)
