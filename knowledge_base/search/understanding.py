"""Texts get their vectors when they change: a worker reads them, every process's index takes them up from the table."""

from collections.abc import Iterable
from datetime import date
from time import monotonic

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from hotline.database import Database
from knowledge_base.search import documents
from knowledge_base.search.bulk_reading import Reader, reader_of_many
from knowledge_base.search.changes import Watch
from knowledge_base.search.documents import Document
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.meaning import MODEL, Meaning, digest

_AT_ONCE = 8  # texts read between two short transactions
_MANY = 1000  # texts owed from which it's worth having them read many at once …
_MANY_AT_ONCE = 64  # … so many, which takes about half a second
_ASKED_AT_ONCE = 500  # digests in one query
_FORGOTTEN_AT_ONCE = 200  # vectors that are taken away in one short transaction


class Understanding:
    """What one worker knows to be owed a vector. `work` is called again and again; it never takes long."""

    def __init__(self, database: Database, meaning: Meaning) -> None:
        self._database = database
        self._meaning = meaning
        self._watch = Watch()
        self._day = date.min
        self._owed: dict[str, str] = {}  # digest → text
        self._many: Reader | None = None  # while many are owed

    def work(self, *, on: date, seconds: float) -> int:
        """Make vectors for about so many seconds; how many texts are still owed one afterwards."""
        until = monotonic() + seconds
        if on != self._day:
            forget(self._database, on=on)
        with self._database.reading() as session:
            self._look(session, on)
        while self._owed and monotonic() < until:
            reader: Meaning | Reader = self._many or self._meaning
            some = dict(list(self._owed.items())[: _MANY_AT_ONCE if self._many else _AT_ONCE])
            vectors = reader.stored(list(some.values()))
            with self._database.writing() as session:
                for name, vector in zip(some, vectors, strict=True):
                    session.merge(Embedding(digest=name, model=MODEL, vector=vector))
            for name in some:
                del self._owed[name]
        if not self._owed:
            self._many = None
        return len(self._owed)

    def _look(self, session: Session, on: date) -> None:
        changes = self._watch.look(session) if on == self._day else None
        if changes is None:
            self._watch.begin(session)
            self._day = on
            self._note(session, documents.published(session, on=on))
            return
        touched = {int(thing) for kind, thing in changes if kind == "entry"}
        if touched:
            self._note(session, documents.published(session, on=on, only=touched))

    def _note(self, session: Session, held: Iterable[Document]) -> None:
        texts = {digest(text): text for one in held for text, keyword in one.texts() if not keyword}
        names = list(texts)
        for start in range(0, len(names), _ASKED_AT_ONCE):
            for name in documents.vectors_of(session, names[start : start + _ASKED_AT_ONCE]):
                del texts[name]
        self._owed |= texts
        if len(self._owed) >= _MANY and self._many is None:
            self._many = reader_of_many()
            self._owed = dict(sorted(self._owed.items(), key=lambda one: len(one[1])))  # like lengths go together


def forget(database: Database, *, on: date) -> int:
    """Take away the vectors that no published text has, also those of other models; how many.

    What is idle is found while nobody is kept from writing, and taken away a little at a time; a text that comes back
    meanwhile is owed a vector again, for the worker looks afterwards."""
    with database.reading() as session:
        idle = _idle(session, on)
    for start in range(0, len(idle), _FORGOTTEN_AT_ONCE):
        with database.writing() as session:
            some = tuple_(Embedding.digest, Embedding.model).in_(idle[start : start + _FORGOTTEN_AT_ONCE])
            session.execute(delete(Embedding).where(some))
    return len(idle)


def _idle(session: Session, on: date) -> list[tuple[str, str]]:
    held = {digest(text) for one in documents.published(session, on=on) for text, _ in one.texts()}
    rows = session.execute(select(Embedding.digest, Embedding.model)).all()
    return [(row.digest, row.model) for row in rows if row.model != MODEL or row.digest not in held]
