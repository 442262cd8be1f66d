"""A collection asked its own questions: phrasings of its entries, each set aside while it is asked, and once more with
its entry away, when it is a question without an answer that looks like the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from knowledge_base.search import documents, limits
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index, build
from knowledge_base.search.limits import Measured
from knowledge_base.search.match import Match
from knowledge_base.search.meaning import digest, engine

MOST = 500  # questions; about 20 s of one core


@dataclass(frozen=True)
class Own:
    """An entry and one of its phrasings."""

    document: Document
    words: str

    @property
    def without(self) -> Document:
        """The entry as if nobody had put it so."""
        others = tuple(one for one in self.document.phrasings if one != self.words)
        return replace(self.document, phrasings=others)


@dataclass(frozen=True)
class Collection:
    """An index, some questions of its own, and the vectors of the entries that these are of."""

    index: Index
    asked: Sequence[Own]
    vectors: Mapping[str, bytes]


def collection(session: Session, *, on: date) -> Collection:
    """What stands on a day."""
    index = build(session, on=on)
    asked = chosen(index.documents())
    texts = {digest(text) for one in asked for text, keyword in one.document.texts() if not keyword}
    return Collection(index, asked, documents.vectors_of(session, texts))


def chosen(held: Iterable[Document], most: int = MOST) -> list[Own]:
    """At most so many phrasings: the same ones as long as the entries are, and from all over the collection."""
    every = (Own(one, words) for one in held for words in one.phrasings)
    return sorted(every, key=lambda one: (digest(one.words), one.document.entry_id))[:most]


def measure(of: Collection) -> list[Measured]:
    """The limits of both paths; of the fast one alone where the model doesn't run. Takes no session."""
    if len(of.asked) < limits.FEWEST:
        return []
    ways = {limits.LETTERS: False} | ({limits.MEANING: True} if engine() else {})
    told = [_ask(of, one, full) for one in of.asked for full in ways.values()]
    each = {way: told[nth :: len(ways)] for nth, way in enumerate(ways)}
    return [limits.measured(way, [i for found, _ in some for i in found], [i for _, i in some])
            for way, some in each.items()]  # fmt: skip


def _ask(of: Collection, own: Own, full: bool) -> tuple[list[float], float]:
    """How likely an answer was held while there was one, if it was found, and when there was none."""
    entry_id = own.document.entry_id
    there = of.index.changed([own.without], vectors=of.vectors).search(own.words, full=full)
    away = of.index.changed((), {entry_id}).search(own.words, full=full)
    return [_inside(there)] * any(match.entry_id == entry_id for match in there), _inside(away)


def _inside(found: Sequence[Match]) -> float:
    return found[0].inside if found else 0.0
