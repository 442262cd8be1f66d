"""The lines of a list that its filter names, as the product's own search understands words; what is nearest to one."""

from weakref import ReferenceType, ref

from sqlalchemy import Select
from sqlalchemy.orm import Session

from knowledge_base.search import documents
from knowledge_base.search.among import MOST, among
from knowledge_base.search.index import Index

Lines = Select[int, str]
"""A line's key, and a text of it."""


class Told:
    """The entry nearest to each text, as the index in use told it: a page asks for thirty, each takes milliseconds."""

    def __init__(self) -> None:
        self._by: ReferenceType[Index] | None = None
        self._known = dict[str, int]()

    def nearest(self, index: Index, text: str) -> int:
        """Its key; 0 where nothing comes near."""
        if self._by is None or self._by() is not index:
            self._by, self._known = ref(index), {}
        known = self._known
        if text not in known:
            known[text] = next((match.entry_id for match in index.search(text, most=1)), 0)
        return known[text]


def named(session: Session, words: str, *lines: Lines) -> list[int]:
    """The keys of the lines that are meant, nearest first: written so, in pinyin or first letters, or with mistakes.
    A line may come with several texts. Each select is read as far as is quick; past that its own order tells."""
    held = [(key, text) for select in lines for key, text in session.execute(select.limit(MOST))]
    return among(sorted(held), documents.synonyms(session)).named(words) if held else []
