"""The index of published entries, kept in memory: what somebody typed, said or keyed, and the entries meant by it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy.orm import Session

from knowledge_base.search import chance, documents, outside, weighing
from knowledge_base.search.documents import Document
from knowledge_base.search.everyday import everyday
from knowledge_base.search.keypad import MOST_KEYS
from knowledge_base.search.letters import Form, Written
from knowledge_base.search.limits import Limits, kept
from knowledge_base.search.match import NOTHING, Match
from knowledge_base.search.meaning import Meaning, engine
from knowledge_base.search.part import FOUND_BY_LETTERS
from knowledge_base.search.resting import rest
from knowledge_base.search.shelf import Shelf
from knowledge_base.search.trimming import give_back
from knowledge_base.search.understood import understood
from knowledge_base.search.vectors import Stored
from knowledge_base.search.weighing import Read
from knowledge_base.search.wording import Lexicon

_NAMED_MORE = 1.0  # weight that a department's entries gain when the question names it
USUAL = Limits()
_NEW_AT_MOST = 20_000  # documents in the later part; long before, whoever follows makes the index anew, aside


class Index:
    """All that can be found. It never changes, so any thread may read it; `changed` gives a new one."""

    def __init__(self) -> None:
        self._shelves: tuple[Shelf, ...] = ()
        self._synonyms: tuple[tuple[str, ...], ...] = ()
        self._limits = Limits()

    @classmethod
    def of(cls, held: Iterable[Document], synonyms: Iterable[Sequence[str]] = (),
           vectors: Mapping[str, bytes] | Stored | None = None, limits: Limits = USUAL) -> "Index":  # fmt: skip
        """Index documents, read one by one; `vectors` are stored ones by their texts' digests."""
        everyday()  # what all indexes share takes 80 MB for a moment: better before there is one than once it is made
        index = cls()
        index._limits = limits
        index._shelves = (Shelf(held, vectors),)
        index._synonyms = tuple(tuple(group) for group in synonyms)
        return index

    def changed(self, held: Iterable[Document], gone: Iterable[int] = (),
                vectors: Mapping[str, bytes] | None = None) -> "Index":  # fmt: skip
        """The index with these documents new or in place of older ones, and without the entries `gone`; `vectors`
        must hold those of all documents that changed since `of`. A few thousand changes cost milliseconds each time."""
        fresh = {d.entry_id: d for d in held}
        out = set(gone) | set(fresh)
        later = [d for shelf in self._shelves[1:] for d in shelf.documents() if d.entry_id not in out]
        if not self._shelves or len(later) + len(fresh) > _NEW_AT_MOST:
            kept = [d for d in self.documents() if d.entry_id not in out]
            return Index.of([*kept, *fresh.values()], self._synonyms, vectors, self._limits)
        index, first = Index(), self._shelves[0]
        index._limits = self._limits
        index._shelves = (first.without(out), Shelf([*later, *fresh.values()], vectors, like=first))
        index._synonyms = self._synonyms
        return index

    def with_synonyms(self, synonyms: Iterable[Sequence[str]]) -> "Index":
        """The same index with other groups of words that mean the same."""
        index = self._as_it_is()
        index._synonyms = tuple(tuple(group) for group in synonyms)
        return index

    def with_limits(self, limits: Limits) -> "Index":
        """The same index with other limits of 'I don't know'."""
        index = self._as_it_is()
        index._limits = limits
        return index

    def _as_it_is(self) -> "Index":
        index = Index()
        index._shelves, index._synonyms, index._limits = self._shelves, self._synonyms, self._limits
        return index

    def ready(self) -> None:
        """Make what the first search would otherwise make, and wait for."""
        for words in ("准备", "zhunbei", "zb"):
            self.search(words)
        for shelf in self._shelves[:1]:
            shelf.part.guess.characters("")
            _ = shelf.part.matter, shelf.part.mishearing
        give_back()

    def documents(self) -> list[Document]:
        """What it holds."""
        return [d for shelf in self._shelves for d in shelf.documents()]

    def __len__(self) -> int:
        return sum(map(len, self._shelves))

    def waiting(self, digests: Collection[str]) -> set[int]:
        """The entries that one of these vectors would make better known: a text of theirs has none yet."""
        return {entry_id for shelf in self._shelves for entry_id in shelf.waiting(digests)} if digests else set()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and self._shown() == other._shown()

    __hash__ = None  # type: ignore[assignment]

    def _shown(self) -> Any:
        return sorted(self.documents(), key=lambda d: d.entry_id), self._synonyms, self._limits

    # -- search ------------------------------------------------------------------------------------------------------
    def search(self, words: str, *, most: int = 5, department: int | None = None, category: str = "",
               full: bool = False) -> list[Match]:  # fmt: skip
        """Entries for what somebody typed or said, best first. `full` also asks what it means (about 20 ms more,
        where the engine is there); without it, it's fast enough for every keystroke."""
        asked, vector = self._read(words, engine() if full and self._has_vectors else None)
        found: dict[int, float] = {}
        for shelf in self._shelves if asked else ():
            near = shelf.part.vectors.near(vector) if vector is not None and len(shelf.part) else None
            looked = {letters: shelf.part.look(some) for letters, some in weighing.alike(asked).items()}
            for (named, letters), some in weighing.together(asked).items():
                allowed = shelf.allowed(frozenset({department}) if department is not None else named or None, category)
                rows = shelf.part.rows(some, allowed=None if allowed is None else allowed.texts, near=near,
                                       most=max(FOUND_BY_LETTERS, 2 * most), looked=looked[letters])  # fmt: skip
                entries, weights = weighing.weighed(shelf, some, rows, allowed, near)
                for entry_id, weight in zip(entries, (weights + _NAMED_MORE * bool(named)).tolist(), strict=True):
                    found[entry_id] = max(found.get(entry_id, weight), weight)
        if not found:
            return []
        beside = self._beside(asked[0][0], vector, max(found.values()))
        return weighing.matches(asked[0][0], vector is not None, found, most=most, beside=beside,
                                limit=self._limit(asked[0][0], vector))  # fmt: skip

    def _limit(self, asked: Written, vector: Any) -> float:
        """First letters are told apart too badly for a limit of the collection's own."""
        if asked.form == Form.INITIALS:
            return NOTHING
        return self._limits.letters if vector is None else self._limits.meaning

    def _beside(self, asked: Written, vector: Any, best: float) -> Sequence[float]:
        """What else than the best text's weight tells whether there is an answer."""
        part = self._shelves[0].part
        if asked.form == Form.INITIALS:
            return outside.of_initials(part.by_firsts.told(asked.sounds))
        if vector is None:
            return ()
        return outside.of_text(best, part.matter.like(vector) if part.matter else 0.0, len(asked.sounds))

    def reading(self, words: str) -> Written | None:
        """How somebody's words are read here; None when nothing is left of them."""
        asked, _ = self._read(words, None)
        return asked[0][0] if asked else None

    def _read(self, words: str, meaning: Meaning | None) -> tuple[list[Read], Any]:
        """The question's wordings as they are read, its own first, and its vector. That stands for all of them: asking
        the engine takes ten times as long as the rest."""
        if not self._shelves:
            return [], None
        form = self._shelves[0].part.spelling.form
        asked = [(form(one.words), one.departments) for one in self._lexicon.wordings(words)]
        asked = [one for one in asked if one[0].sounds]
        if not asked:
            return [], None
        own, vector = self._understood(asked[0][0], words, meaning)
        return [(own, asked[0][1]), *asked[1:]], vector

    def _understood(self, asked: Written, words: str, meaning: Meaning | None) -> tuple[Written, Any]:
        """With characters guessed for sounds, and the vector of the question."""
        if meaning is None or asked.form == Form.INITIALS:
            return asked, None
        return understood(self._shelves[0].part, asked, words, meaning)

    @cached_property
    def _has_vectors(self) -> bool:
        return any(bool(shelf.part.vectors.there.any()) for shelf in self._shelves)

    @cached_property
    def _lexicon(self) -> Lexicon:
        named = {of: names for shelf in self._shelves for of, names in shelf.names().items()}
        return Lexicon.of(named.items(), self._synonyms)

    # -- keys --------------------------------------------------------------------------------------------------------
    def by_keys(self, department_id: int, pressed: str, *, most: int = 3) -> list[Match]:
        """Entries of a department with a keyword, title or phrasing whose pinyin initials, or whole syllables, lie on
        these keys of a telephone, best first: what is keyed in full before what begins so, and that before what holds
        it; of those keywords before titles, shorter before longer, and what is asked more."""
        grades = self.grades(department_id, pressed[:MOST_KEYS])
        scores, inside = chance.on_keys(list(grades.values()), min(len(pressed), MOST_KEYS))
        return [Match(entry_id, score, inside) for entry_id, score in zip(grades, scores, strict=True)][:most]

    def grades(self, department_id: int, pressed: str) -> dict[int, int]:
        """All entries of a department that lie on these keys, best first, and how each fits (see `chance.Keys`)."""
        if not (pressed.isascii() and pressed.isdigit()):
            return {}
        fit = [text for shelf in self._shelves for text in shelf.keyed(department_id, pressed)]
        found: dict[int, int] = {}
        for grade, _, entry_id in sorted(fit, key=itemgetter(0, 1)):
            found.setdefault(entry_id, grade)
        return found


def build(session: Session, *, on: date) -> Index:
    """Read the published entries that stand on a day into a new index, for which others make room."""
    rest()
    synonyms, vectors = documents.synonyms(session), documents.vectors(session)
    return Index.of(documents.in_turn(session, on=on), synonyms, vectors, kept(session))
