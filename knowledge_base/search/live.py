"""The index of this process: made when first asked, and anew when the published entries have changed."""

import threading
import time
from datetime import date

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.search.index import Index, build

LOOK_AGAIN_AFTER = 1.0  # seconds between two looks at whether entries changed

Stamp = tuple[object, ...]


class LiveIndex:
    """Keeps the last index and what the entries looked like when it was made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = Index()
        self._stamp: Stamp = ()
        self._looked = -LOOK_AGAIN_AFTER

    def at(self, session: Session, *, on: date) -> Index:
        """The index for a day, not older than LOOK_AGAIN_AFTER."""
        with self._lock:
            if time.monotonic() - self._looked > LOOK_AGAIN_AFTER:
                stamp = (on, *_stamp(session))
                if stamp != self._stamp:
                    self._index, self._stamp = build(session, on=on), stamp
                self._looked = time.monotonic()
            return self._index


def _stamp(session: Session) -> Stamp:
    """What the index was made of, near enough: each published entry as it is, and how many phrasings of what size.

    Counts of entries alone would not notice one that is withdrawn in the same second as another is published."""
    keywords = cast(Entry.keywords, String)
    entries = select(Entry.id, Entry.published, Entry.question, keywords).where(Entry.state == State.PUBLISHED)
    found = hash(tuple(tuple(row) for row in session.execute(entries.order_by(Entry.id))))
    phrasings = select(func.count(), func.sum(Phrasing.id), func.sum(func.length(Phrasing.text)))
    return found, *session.execute(phrasings).one(), session.scalar(select(func.max(EntryVersion.id)))
