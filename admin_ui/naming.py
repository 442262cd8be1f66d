"""The lines of a list that its filter names, as the product's own search understands words."""

from sqlalchemy import Select
from sqlalchemy.orm import Session

from knowledge_base.search import documents
from knowledge_base.search.among import MOST, among

Lines = Select[int, str]
"""A line's key, and a text of it."""


def named(session: Session, words: str, *lines: Lines) -> list[int]:
    """The keys of the lines that are meant, nearest first: written so, in pinyin or first letters, or with mistakes.
    A line may come with several texts. Each select is read as far as is quick; past that its own order tells."""
    held = [(key, text) for select in lines for key, text in session.execute(select.limit(MOST))]
    return among(sorted(held), documents.synonyms(session)).named(words) if held else []
