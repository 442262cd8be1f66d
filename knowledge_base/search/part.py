"""A part of the index: texts, how they are found, and what each of them has in common with a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search import evidence
from knowledge_base.search.abbreviated import Abbreviated
from knowledge_base.search.alphabet import firsts_table, folding, folding_table
from knowledge_base.search.beginnings import Beginnings
from knowledge_base.search.everyday import everyday
from knowledge_base.search.evidence import Evidence
from knowledge_base.search.grams import Floats, Grams, Ints
from knowledge_base.search.guessing import Guess, homophones
from knowledge_base.search.letters import Form, Spelling, Written
from knowledge_base.search.mishearing import Mishearing
from knowledge_base.search.neighbours import Neighbours, Points
from knowledge_base.search.outside import Matter
from knowledge_base.search.readings import read_all
from knowledge_base.search.sought import Told
from knowledge_base.search.texts import Texts
from knowledge_base.search.trimming import give_back
from knowledge_base.search.vectors import Near, Stored, Vectors

FOUND_BY_LETTERS = 80  # candidates whose evidence is weighed
FOUND_BY_MEANING = 40
_MANY = 50_000
_COUNTED_AGAIN = 500  # where much was left out, of so many all that they have in common with a question is counted

_NEAR_THE_BEST = 0.4  # of the highest score

Mask = NDArray[np.bool_]
Way = tuple[Grams, Sequence[str], Texts]  # an index, what is looked up in it, and the texts that it is of


@dataclass(frozen=True)
class Candidates:
    """Texts that may be meant, with what speaks for each; `near` is their cosine, -1 where unknown."""

    rows: Ints
    figures: Evidence
    near: Floats


class Part:
    """Texts with their readings; a later, smaller part borrows the frequencies of the first."""

    def __init__(
        self, texts: Sequence[str] | Texts, *,
        vectors: Mapping[str, bytes] | Stored | None = None, like: "Part | None" = None,
    ) -> None:  # fmt: skip
        """Each text should come once."""
        self.texts = texts if isinstance(texts, Texts) else Texts.of(texts)
        self.characters, self.sounds = read_all(texts)
        self.firsts, self._folded = self.sounds.through(firsts_table()), self.sounds.through(folding_table())
        self.vectors = Vectors(self.texts, vectors)
        lent: list[Grams | None] = [None] * 4
        if like is not None:
            lent = [like.by_characters, like.by_folded, like.by_sounds, like.by_firsts]
        self.by_characters: Grams = Grams.of(self.characters, like=lent[0])
        self._made()
        self.by_folded: Grams = Grams.of(self._folded, like=lent[1])
        self._made()
        self.by_sounds: Grams = Grams.of(self.sounds, postings=False, like=lent[2])
        self._made()
        self.by_firsts: Grams = Grams.of(self.firsts, longest=3, like=lent[3])
        give_back()

    def _made(self) -> None:
        """Of many texts, what making one thing took is given back before the next is made."""
        if len(self) > _MANY:
            give_back()

    def __len__(self) -> int:
        return len(self.characters)

    @cached_property
    def spelling(self) -> Spelling:
        among = Abbreviated(self.by_characters, self.by_firsts, self.characters, self.sounds, self.firsts)
        return Spelling(self.by_sounds, among)

    @cached_property
    def guess(self) -> Guess:
        return Guess(self._neighbours, self.characters, self._sounding, everyday())

    @cached_property
    def mishearing(self) -> Mishearing:
        return Mishearing.of(self._neighbours, self._sounding)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self.by_characters)

    @cached_property
    def _sounding(self) -> dict[str, Points]:
        return homophones(self.characters.every, self.sounds.every)

    @cached_property
    def matter(self) -> Matter | None:
        return Matter.of(self.vectors)

    @cached_property
    def beginnings(self) -> Beginnings:
        return Beginnings(self.firsts)

    def candidates(self, asked: Written, *, allowed: Mask | None, near: Near | None, most: int) -> Candidates:
        """The texts that have most in common with a question, and the nearest by meaning."""
        return self.evidence([asked], self.rows([asked], allowed=allowed, near=near, most=most), near)[0]

    def look(self, asked: Sequence[Written]) -> "Looked":
        """Look some wordings of one question up together; all of them are first letters, or none is."""
        heard = [one.sounds for one in asked]
        if asked[0].form == Form.INITIALS:
            return Looked([(self.by_firsts, heard, self.firsts)])
        ways = [(self.by_folded, [read_folded(one) for one in heard], self._folded)]
        written = [one.characters for one in asked if _has_characters(one)]
        if written:
            ways.append((self.by_characters, written, self.characters))
        return Looked(ways)

    def rows(self, asked: Sequence[Written], *, allowed: Mask | None, near: Near | None, most: int,
             looked: "Looked | None" = None) -> Ints:  # fmt: skip
        """The texts that have most in common with some wordings of one question, or with those that were `looked` up
        with them."""
        rows = (looked or self.look(asked)).best(allowed, most)
        if asked[0].form == Form.INITIALS:
            return np.unique(np.concatenate([rows, *(self.beginnings.of(one.sounds, allowed, most) for one in asked)]))
        return rows if near is None else np.union1d(rows, near.best(allowed, FOUND_BY_MEANING))

    def evidence(self, asked: Sequence[Written], rows: Ints, near: Near | None) -> list[Candidates]:
        """What speaks for each of these texts, by each of some wordings."""
        close = near[rows] if near is not None else np.full(len(rows), -1, np.float32)
        if asked[0].form == Form.INITIALS:
            told = Told(self.firsts.taken(rows))
            figures = evidence.of_initials([one.sounds for one in asked], told, self.by_firsts, rows)
        else:
            figures = self._of_text(asked, rows)
        return [Candidates(rows, one, close) for one in figures]

    def _of_text(self, asked: Sequence[Written], rows: Ints) -> list[Evidence]:
        """Those in characters and those in sounds alone each together."""
        folded, found = Told(self._folded.taken(rows)), dict[int, Evidence]()
        ways = (True, self.characters, self.by_characters), (False, self.sounds, self.by_sounds)
        for written, exact, grams in ways:
            some = {nth: one for nth, one in enumerate(asked) if _has_characters(one) is written}
            if some:
                queries = [(one.characters, read_folded(one.sounds)) for one in some.values()]
                told = Told(exact.taken(rows)), folded
                found |= zip(some, evidence.of_text(queries, told, (grams, self.by_folded), rows), strict=True)
        return [found[nth] for nth in range(len(asked))]


def _has_characters(asked: Written) -> bool:
    """Whether characters were written, or guessed for the sounds."""
    return asked.characters != asked.sounds or asked.form == Form.TEXT


def read_folded(sounds: str) -> str:
    """Sounds without what Yunnan speech does not keep apart."""
    return sounds.translate(folding())


class Looked:
    """All texts by the sum of BM25 by some ways; counted once, however many choices are made among them."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        (self._scores, self._whole), *others = [grams.scores(*asked) for grams, asked, _ in ways]
        for scores, whole in others:
            self._scores += scores
            self._whole &= whole

    def best(self, allowed: Mask | None, most: int) -> Ints:
        """The texts with the highest sums among those that may be found."""
        if self._whole:
            return _best(self._scores, allowed, most)
        rows = _best(self._scores, allowed, max(_COUNTED_AGAIN, most))
        if len(rows) <= most:
            return rows
        again = np.sum([grams.exact(asked, texts.taken(rows), rows) for grams, asked, texts in self._ways], axis=0)
        return rows[np.argpartition(-again, most)[:most]]


def _best(scores: Floats, allowed: Mask | None, most: int) -> Ints:
    """The rows with the highest scores above 0."""
    if allowed is not None:
        scores = np.where(allowed, scores, 0)
    for share in (_NEAR_THE_BEST, 0):  # few are near the best: looking through those is faster
        rows = np.flatnonzero(scores > share * scores.max(initial=0)).astype(np.int32)
        if len(rows) >= most:
            break
    return rows[np.argpartition(-scores[rows], most)[:most]] if len(rows) > most else rows
