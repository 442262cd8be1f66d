"""Following the database: the index as it should be now, made from the last one and from what changed since."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from knowledge_base.search import documents
from knowledge_base.search.changes import Watch
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.meaning import digest

AFRESH_FROM = 1500
"""So many entries differ from the last whole reading, and the index is made anew: a search looks through both parts."""


class Following:
    """One process's index and what it was made of. `look` gives the next one, or None while nothing changed; whoever
    searches keeps the last. Used by one thread."""

    def __init__(self) -> None:
        self._watch = Watch()
        self._index = Index()
        self._day = date.min
        self._later: dict[int, Sequence[str]] = {}  # entries that differ from the last whole reading: their digests
        self._vectors: dict[str, bytes] = {}  # those of the later entries
        self._bare: dict[str, set[int]] = {}  # texts without a vector yet, by digest: whose they are

    def begin(self, session: Session, *, on: date) -> Index:
        """Read everything."""
        self._watch.begin(session)
        held, vectors = documents.published(session, on=on), documents.vectors(session)
        self._index = Index.of(held, documents.synonyms(session), vectors)
        self._day, self._later, self._vectors = on, {}, {}
        self._bare = {}
        self._note_bare(held, vectors)
        return self._index

    def look(self, session: Session, *, on: date) -> Index | None:
        """What there is to find now; None: nothing changed. Costs one range of an index while nothing does."""
        changes = self._watch.look(session)
        if changes is None:
            return self.begin(session, on=on)
        if not changes and on == self._day:
            return None
        kinds = {kind for kind, _ in changes}
        if kinds & {"department"}:
            return self._all(session, on)
        index = self._index
        if "synonym" in kinds:
            index = index.with_synonyms(documents.synonyms(session))
        touched = {int(thing) for kind, thing in changes if kind == "entry"} | self._turning(session, on)
        touched |= {entry_id for kind, thing in changes if kind == "vector" for entry_id in self._bare.get(thing, ())}
        self._day = on
        return self._kept(session, index, touched, documents.published(session, on=on, only=touched), on=on)

    def _turning(self, session: Session, on: date) -> set[int]:
        """The entries whose days begin or end between the index's day and this one."""
        if on == self._day:
            return set()
        first, last = min(on, self._day), max(on, self._day)
        return documents.turning(session, since=first - timedelta(days=1), until=last)

    def _all(self, session: Session, on: date) -> Index:
        """Compare everything: for changes that touch many entries in one of their many words."""
        now = {d.entry_id: d for d in documents.published(session, on=on)}
        before = {d.entry_id: d for d in self._index.documents()}
        touched = {e for e in now.keys() | before.keys() if now.get(e) != before.get(e)}
        self._day = on
        index = self._index.with_synonyms(documents.synonyms(session))
        return self._kept(session, index, touched, [now[e] for e in touched if e in now], on=on)

    def _kept(self, session: Session, index: Index, touched: Collection[int], fresh: Sequence[Document], *,
              on: date) -> Index:
        """The index with these entries as they are now."""
        if not touched:
            self._index = index
            return index
        if len(self._later.keys() | set(touched)) > AFRESH_FROM:
            return self.begin(session, on=on)
        vectors = documents.vectors_of(session, [digest(t) for d in fresh for t, keyword in d.texts() if not keyword])
        self._later.update(dict.fromkeys(touched, ()))
        self._later.update({d.entry_id: [digest(text) for text, _ in d.texts()] for d in fresh})
        wanted = {one for digests in self._later.values() for one in digests}
        self._vectors = {one: vector for one, vector in (self._vectors | vectors).items() if one in wanted}
        self._note_bare(fresh, vectors)
        self._index = index.changed(fresh, set(touched) - {d.entry_id for d in fresh}, self._vectors)
        return self._index

    def _note_bare(self, held: Sequence[Document], vectors: Mapping[str, bytes]) -> None:
        """Remember which texts still wait for their vector."""
        for one in held:
            for text, keyword in one.texts():
                if not keyword and (name := digest(text)) not in vectors:
                    self._bare.setdefault(name, set()).add(one.entry_id)
        for name in vectors.keys() & self._bare.keys():
            del self._bare[name]
