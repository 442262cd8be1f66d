"""The published entries as citizens find them on the shelf: in force today, hot ones first, by place and by use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from admin_ui.paging import Page
from hotline.directory.departments import Department, existing
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.hot import hot_at

SIZE = 30  # entries on a page that citizens browse


@dataclass(frozen=True)
class Item:
    """An entry in force, with the version that is published: only what that version says is shown."""

    entry: Entry
    version: EntryVersion

    @property
    def question(self) -> str:
        return self.version.question or self.entry.question

    @property
    def category(self) -> str:
        """As the tree calls it now: a version keeps the name that it was reviewed under."""
        return self.entry.category


PUBLISHED = (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published)
"""An entry and that version of it which the public sees."""


def standing(on: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which an entry stands before the public on a day."""
    return (
        Entry.state == State.PUBLISHED, Entry.department_id.in_(select(Department.id).where(existing(on))),
        EntryVersion.valid_from <= on,
        or_(EntryVersion.valid_to.is_(None), EntryVersion.valid_to >= on),
    )  # fmt: skip


def on_shelf(on: date) -> Select[Entry, EntryVersion]:
    """Every entry in force with its version, most asked first."""
    query = select(Entry, EntryVersion).join(EntryVersion, PUBLISHED).where(*standing(on))
    return query.options(joinedload(Entry.department)).order_by(Entry.asked.desc(), Entry.id)


def items(session: Session, query: Select[Entry, EntryVersion]) -> list[Item]:
    return [Item(entry, version) for entry, version in session.execute(query).unique()]


def page_of(session: Session, query: Select[Entry, EntryVersion], *, number: int, size: int = SIZE) -> Page[Item]:
    """One page of the entries that a query picks; the last one when it is asked for one too far."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    last = max(1, -(-total // size))
    number = min(max(1, number), last)
    return Page(items(session, query.offset((number - 1) * size).limit(size)), total, number, last)


def hot(session: Session, *, at: datetime, on: date) -> list[Item]:
    """突发热点: the entries that are pinned at this moment, the newest first."""
    return items(session, on_shelf(on).where(hot_at(at)).order_by(None).order_by(Entry.hot_from.desc(), Entry.id))


def is_hot(entry: Entry, *, at: datetime) -> bool:
    """Whether the entry is pinned at that moment."""
    began, ends = entry.hot_from, entry.hot_until
    return began is not None and began <= at and (ends is None or at < ends)


def by_ids(session: Session, ids: Sequence[int], *, on: date) -> list[Item]:
    """These entries, as far as they are in force, in the order given."""
    found = {item.entry.id: item for item in items(session, on_shelf(on).where(Entry.id.in_(ids)))}
    return [found[i] for i in ids if i in found]


def beneath(path: str) -> ColumnElement[bool]:
    """The entries of a place in the tree and of everything below it."""
    return or_(Entry.category == path, func.substr(Entry.category, 1, len(path) + 1) == path + "/")


def counts_by_category(session: Session, *, on: date) -> dict[str, int]:
    """How many entries stand at each place of the tree itself, without what is below."""
    query = select(Entry.category, func.count()).join(EntryVersion, PUBLISHED).where(*standing(on))
    rows: Iterable[Any] = session.execute(query.group_by(Entry.category))
    return {str(path): int(count) for path, count in rows if path}


def counts_by_department(session: Session, *, on: date) -> dict[int, int]:
    query = select(Entry.department_id, func.count()).join(EntryVersion, PUBLISHED).where(*standing(on))
    rows = session.execute(query.group_by(Entry.department_id))
    return {int(department): int(count) for department, count in rows}
