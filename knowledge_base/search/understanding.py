"""Texts get their vectors when they change: a worker reads them, every process's index takes them up from the table."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from time import monotonic

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from hotline.database import Database
from knowledge_base.search import documents
from knowledge_base.search.changes import Watch
from knowledge_base.search.documents import Document
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.meaning import MODEL, Meaning, digest

_AT_ONCE = 64  # texts read between two short transactions, in about half a second
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

    def work(self, *, on: date, seconds: float) -> int:
        """Make vectors for about so many seconds; how many texts are still owed one afterwards."""
        until = monotonic() + seconds
        if on != self._day:
            forget(self._database, on=on)
        with self._database.reading() as session:
            self._look(session, on)
        while self._owed and monotonic() < until:
            some = dict(islice(self._owed.items(), _AT_ONCE))
            vectors = self._meaning.stored(list(some.values()))
            with self._database.writing() as session:
                for name, vector in zip(some, vectors, strict=True):
                    session.merge(Embedding(digest=name, model=MODEL, vector=vector))
            for name in some:
                del self._owed[name]
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
