"""The index of this process, made anew when the published entries have changed."""

import threading
from datetime import date
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.database import Database
from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.search.index import Index, build

Stamp = tuple[object, ...]


class LiveIndex:
    """Gives the index; looks at most once a second whether the database has moved on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._index = Index()
        self._stamp: Stamp = ()
        self._looked = -1.0

    def current(self, *, on: date) -> Index:
        """The index of what is published on that day."""
        with self._lock:
            if monotonic() - self._looked > 1.0:
                self._renew(on)
                self._looked = monotonic()
            return self._index

    def _renew(self, on: date) -> None:
        with self._database.reading() as session:
            stamp = (on, *_stamp(session))
            if stamp != self._stamp:
                self._index, self._stamp = build(session, on=on), stamp


def _stamp(session: Session) -> Stamp:
    figures = select(func.count(), func.sum(Entry.published), func.sum(Entry.id))
    published = figures.where(Entry.state == State.PUBLISHED)
    return (
        *session.execute(published).one(),
        session.scalar(select(func.max(EntryVersion.id))),
        *session.execute(select(func.count(), func.max(Phrasing.id)).select_from(Phrasing)).one(),
    )
