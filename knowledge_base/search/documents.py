"""What the index knows of an entry, and the published entries as such."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department, Succession
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.meaning import MODEL
from knowledge_base.search.vectors import Stored
from knowledge_base.synonyms import Synonym

Names = Mapping[int, tuple[str, ...]]
_AT_ONCE = 2000  # entries, or vectors, read together


@dataclass(frozen=True, slots=True)
class Document:
    """An entry as it can be found."""

    entry_id: int
    department_id: int
    category: str
    question: str
    phrasings: Sequence[str] = ()
    keywords: Sequence[str] = ()
    department_names: Sequence[str] = ()

    def texts(self) -> list[tuple[str, bool]]:
        """Each text by which it's found, and whether it's only a keyword."""
        return [(text, False) for text in (self.question, *self.phrasings)] + [(word, True) for word in self.keywords]


def published(session: Session, *, on: date, only: Collection[int] | None = None,
              without: Collection[int] = (), names: Names | None = None) -> list[Document]:  # fmt: skip
    """The published entries that stand on a day, those asked most first; of them `only` these, and found by their
    approved phrasings, but for those `without`. 100,000 entries take some seconds; `names`: those of all departments,
    where they are known."""
    told = _approved(session, only, set(without))
    names = names_of_all(session) if names is None else names
    query = select(Entry.id, Entry.department_id, Entry.category, Entry.question, Entry.keywords).join(
        EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published)
    )
    standing = (Entry.state == State.PUBLISHED, EntryVersion.valid_from <= on,
                or_(EntryVersion.valid_to.is_(None), EntryVersion.valid_to >= on))  # fmt: skip
    query = query.where(*standing).order_by(Entry.asked.desc(), Entry.id)
    if only is not None:
        query = query.where(Entry.id.in_(only))
    return [Document(entry_id, department_id, category, question, tuple(told.get(entry_id, ())), tuple(keywords),
                     names.get(department_id, ()))
            for entry_id, department_id, category, question, keywords in session.execute(query)]  # fmt: skip


def in_turn(session: Session, *, on: date) -> Iterator[Document]:
    """All published entries that stand on a day, those asked most first, some at a time: together they take room."""
    query = select(Entry.id).where(Entry.state == State.PUBLISHED).order_by(Entry.asked.desc(), Entry.id)
    ids, names = session.scalars(query).all(), names_of_all(session)
    for start in range(0, len(ids), _AT_ONCE):
        yield from published(session, on=on, only=ids[start : start + _AT_ONCE], names=names)


def of_departments(session: Session, ids: Collection[int]) -> set[int]:
    """The published entries of these departments and of all that they went into: they are found by those names."""
    if not ids:
        return set()
    after: dict[int, list[int]] = {}
    for predecessor, successor in session.execute(select(Succession.predecessor_id, Succession.successor_id)):
        after.setdefault(predecessor, []).append(successor)
    concerned = {one for department_id in ids for one in _line(department_id, after)}
    query = select(Entry.id).where(Entry.department_id.in_(concerned), Entry.state == State.PUBLISHED)
    return set(session.scalars(query))


def names_of_all(session: Session) -> dict[int, tuple[str, ...]]:
    """What each department is and was called, and what those were called that it came from."""
    own = {d.id: names_of(d) for d in session.scalars(select(Department))}
    before: dict[int, list[int]] = {}
    for predecessor, successor in session.execute(select(Succession.predecessor_id, Succession.successor_id)):
        before.setdefault(successor, []).append(predecessor)
    return {of: tuple(dict.fromkeys(name for one in _line(of, before) for name in own.get(one, ()))) for of in own}


def names_of(department: Department) -> tuple[str, ...]:
    """What a department is and was called."""
    return tuple(dict.fromkeys(n for n in (department.name, department.short_name, *department.aliases) if n))


def synonyms(session: Session) -> list[list[str]]:
    """The groups of words that the office keeps."""
    return [list(row.words) for row in session.scalars(select(Synonym).order_by(Synonym.id))]


def turning(session: Session, *, since: date, until: date) -> set[int]:
    """The published entries whose version in force begins or ends on one of these days."""
    begins, ends = EntryVersion.valid_from.between(since, until), EntryVersion.valid_to.between(since, until)
    rows = session.scalars(
        select(Entry.id)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.state == State.PUBLISHED, begins | ends)
    )
    return set(rows)


def vectors_of(session: Session, digests: Collection[str]) -> dict[str, bytes]:
    """The stored vectors of some texts."""
    query = select(Embedding.digest, Embedding.vector).where(Embedding.model == MODEL, Embedding.digest.in_(digests))
    return {row.digest: row.vector for row in session.execute(query)}


def vectors(session: Session) -> Stored:
    """The stored vectors of this model, by their texts' digests, read one after the other."""
    most = session.scalar(select(func.count()).where(Embedding.model == MODEL)) or 0
    query = select(Embedding.digest, Embedding.vector).where(Embedding.model == MODEL)
    rows = session.execute(query.execution_options(yield_per=_AT_ONCE))
    return Stored(((name, vector) for name, vector in rows), most)


def _approved(session: Session, only: Collection[int] | None, without: Collection[int]) -> dict[int, list[str]]:
    """Approved phrasings by their entries."""
    query = select(Phrasing.id, Phrasing.entry_id, Phrasing.text).where(Phrasing.approval == Approval.APPROVED)
    if only is not None:
        query = query.where(Phrasing.entry_id.in_(only))
    told: dict[int, list[str]] = {}
    for number, entry_id, text in session.execute(query.order_by(Phrasing.id)):
        if number not in without:
            told.setdefault(entry_id, []).append(text)
    return told


def _line(of: int, next_to: Mapping[int, Sequence[int]]) -> list[int]:
    """A department and all that it came from (or went into), nearest first; a circle ends where it began."""
    line = [of]
    for one in line:
        line += [p for p in next_to.get(one, ()) if p not in line]
    return line
