"""The search as it would be without some phrasings, for asking again what was asked."""

from datetime import date

from sqlalchemy.orm import Session

from knowledge_base.search import documents
from knowledge_base.search.index import Index
from knowledge_base.worth import Build, Search


def builder(session: Session, *, on: date) -> Build:
    """Builds the search of a day anew each time; the synonyms and vectors are read once."""
    synonyms, vectors = documents.synonyms(session), documents.vectors(session)

    def build(without: frozenset[int]) -> Search:
        index = Index.of(documents.published(session, on=on, without=without), synonyms, vectors)
        return lambda words: [match.entry_id for match in index.search(words, most=5)]

    return build
