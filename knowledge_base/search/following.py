"""Following the database: the index as it should be now, made from the last one and from what changed since."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from knowledge_base.search import documents, limits, rebuilding
from knowledge_base.search.changes import Watch
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index, build
from knowledge_base.search.meaning import digest

AFRESH_FROM = 1000
"""So many entries differ from the last whole reading, and it's time for the next: a search looks through both parts."""


class Following:
    """One process's index and what it was made of. `look` gives the next one, or None while nothing changed; whoever
    searches keeps the last. Used by one thread."""

    def __init__(self) -> None:
        self._watch = Watch()
        self.index = Index()
        self.order = self.wanted = 0  # the last order to read everything that this reading came after, and the last one
        self._day = date.min
        self._later: dict[int, Sequence[str]] = {}  # entries that differ from the last whole reading: their digests
        self._vectors: dict[str, bytes] = {}  # those of the later entries

    def begin(self, session: Session, *, on: date) -> Index:
        """Read everything."""
        self._watch.begin(session)
        self.order = rebuilding.latest(session)
        self.index = build(session, on=on)
        self._day, self._later, self._vectors = on, {}, {}
        return self.index

    @property
    def is_overdue(self) -> bool:
        """Whether so much changed that everything should be read again, aside, by another of these."""
        return len(self._later) > AFRESH_FROM

    def look(self, session: Session, *, on: date) -> Index | None:
        """What there is to find now; None: nothing changed. Costs one range of an index while nothing does."""
        changes = self._watch.look(session)
        if changes is None:
            return self.begin(session, on=on)
        if not changes and on == self._day:
            return None
        kinds = {kind for kind, _ in changes}
        self.wanted = max(self.wanted, *(int(thing) for kind, thing in changes if kind == "rebuild"), 0)
        index = self.index
        if "synonym" in kinds:
            index = index.with_synonyms(documents.synonyms(session))
        if "limit" in kinds:
            index = index.with_limits(limits.kept(session))
        touched = {int(thing) for kind, thing in changes if kind == "entry"} | self._turning(session, on)
        touched |= index.waiting({thing for kind, thing in changes if kind == "vector"})
        touched |= documents.of_departments(session, {int(thing) for kind, thing in changes if kind == "department"})
        self._day = on
        return self._kept(session, index, touched, documents.published(session, on=on, only=touched))

    def _turning(self, session: Session, on: date) -> set[int]:
        """The entries whose days begin or end between the index's day and this one."""
        if on == self._day:
            return set()
        first, last = min(on, self._day), max(on, self._day)
        return documents.turning(session, since=first - timedelta(days=1), until=last)

    def _kept(self, session: Session, index: Index, touched: Collection[int], fresh: Sequence[Document]) -> Index:
        """The index with these entries as they are now."""
        if not touched:
            self.index = index
            return index
        vectors = documents.vectors_of(session, [digest(t) for d in fresh for t, keyword in d.texts() if not keyword])
        self._later.update(dict.fromkeys(touched, ()))
        self._later.update({d.entry_id: [digest(text) for text, _ in d.texts()] for d in fresh})
        wanted = {one for digests in self._later.values() for one in digests}
        self._vectors = {one: vector for one, vector in (self._vectors | vectors).items() if one in wanted}
        self.index = index.changed(fresh, set(touched) - {d.entry_id for d in fresh}, self._vectors)
        return self.index
