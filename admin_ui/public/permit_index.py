"""Licence items found as entries are: by characters, pinyin, first letters and what was misheard, in the same kind of
index; made anew when one of them changes."""

import threading
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.licences import Licence
from knowledge_base.search import documents
from knowledge_base.search.changes import Watch
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index

LOOK_EVERY = 0.5  # seconds between two looks at whether anything changed
CONCERNS = frozenset({"licence", "synonym", "department"})


class PermitIndex:
    """The index of one process. A few hundred names are read and indexed in some hundredths of a second, by whoever
    searches first after a change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watch = Watch()
        self._index: Index | None = None
        self._looked = 0.0

    def at(self, session: Session) -> Index:
        """The items that citizens may see, as they were half a second ago at most."""
        with self._lock:
            if self._index is None or self._changed(session):
                self._watch.begin(session)
                self._index = _made(session)
            return self._index

    def _changed(self, session: Session) -> bool:
        if time.monotonic() < self._looked + LOOK_EVERY:
            return False
        self._looked, seen = time.monotonic(), self._watch.look(session)
        return seen is None or any(kind in CONCERNS for kind, _ in seen)


def _made(session: Session) -> Index:
    names = documents.names_of_all(session)
    rows = session.execute(select(Licence.id, Licence.department_id, Licence.shown).where(Licence.shown.is_not(None)))
    held = [Document(licence_id, department_id, "", str(shown["name"]), department_names=names.get(department_id, ()))
            for licence_id, department_id, shown in rows if shown and shown.get("name")]  # fmt: skip
    return Index.of(held, documents.synonyms(session))
