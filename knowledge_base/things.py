"""What a department must confirm at its interval: its base data, and what of it is published or in force today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import due
from knowledge_base.authorisations import Authorisation, began_on
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licence_text import read
from knowledge_base.licences import Licence
from knowledge_base.standing import COUNTING, standings


class Part(StrEnum):
    """What kind of thing it is."""

    BASE = "base"
    ENTRY = "entry"
    AUTHORISATION = "authorisation"
    LICENCE = "licence"


@dataclass(frozen=True)
class Thing:
    """One thing with its days. `version` is what stood when it was looked at: only that can be confirmed."""

    part: Part
    id: int
    department_id: int
    title: str
    version: int
    confirmed_on: date | None
    due_on: date
    until: date | None = None  # it ends by itself on that day


@dataclass(frozen=True)
class _Row:
    part: Part
    id: int
    department_id: int
    title: str
    version: int
    confirmed_on: date | None
    began_on: date
    until: date | None = None
    due_by: date | None = None


def things(session: Session, departments: Sequence[Department], *, at: datetime) -> list[Thing]:
    """Everything that these departments must confirm, each department's base data first, then by due day."""
    months = {d.id: d.update_every_months for d in departments}
    on = local_day(at)
    rows = [*_base(departments, on), *_entries(session, months, on), *_authorisations(session, months, on, at),
            *_licences(session, months, on)]  # fmt: skip
    found = [_dated(row, months[row.department_id]) for row in rows]
    return sorted(found, key=lambda t: (t.department_id, list(Part).index(t.part), t.due_on, t.id))


def due_days(found: Iterable[Thing]) -> dict[int, list[date]]:
    """The due days of each department, each once, in their order."""
    days: dict[int, set[date]] = {}
    for thing in found:
        days.setdefault(thing.department_id, set()).add(thing.due_on)
    return {department: sorted(own) for department, own in days.items()}


def _dated(row: _Row, every_months: int) -> Thing:
    due_on = due.due_on(row.confirmed_on, row.began_on, every_months=every_months, due_by=row.due_by)
    return Thing(row.part, row.id, row.department_id, row.title, row.version, row.confirmed_on, due_on, row.until)


def _base(departments: Sequence[Department], on: date) -> list[_Row]:
    """Of a department without any day nobody knows how old its data are: they are asked for at once, month by month."""
    return [_Row(Part.BASE, d.id, d.id, d.name, 0, d.confirmed_on,
                 d.effective_from or d.confirmed_on or _asks_now(on, d.update_every_months))
            for d in departments]  # fmt: skip


def _asks_now(on: date, every_months: int) -> date:
    return due.months_after(on.replace(day=1), -every_months)


def _entries(session: Session, months: Mapping[int, int], on: date) -> list[_Row]:
    rows = session.execute(
        select(Entry.id, Entry.department_id, Entry.question, Entry.confirmed_on, Entry.due_by, EntryVersion.number,
               EntryVersion.published_at, EntryVersion.valid_from, EntryVersion.valid_to)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.department_id.in_(list(months)), Entry.state == State.PUBLISHED)
    )  # fmt: skip
    return [
        _Row(Part.ENTRY, r.id, r.department_id, r.question, r.number, r.confirmed_on,
             local_day(r.published_at) if r.published_at else r.valid_from, r.valid_to, r.due_by)
        for r in rows if r.valid_to is None or on <= r.valid_to
    ]  # fmt: skip


def _authorisations(session: Session, months: Mapping[int, int], on: date, at: datetime) -> list[_Row]:
    rows = session.scalars(select(Authorisation).where(Authorisation.department_id.in_(list(months)))).all()
    how = standings(rows, on=on, at=at)
    return [
        _Row(Part.AUTHORISATION, a.id, a.department_id, a.document, a.version, a.confirmed_on,
             began_on(a, a.signed_at), a.valid_to, a.due_by)
        for a in rows if how[a.id] in COUNTING and a.signed_at
    ]  # fmt: skip


def _licences(session: Session, months: Mapping[int, int], on: date) -> list[_Row]:
    """Those that citizens see. They keep no day of publication: the ledger knows it."""
    published = (
        select(LedgerRow.thing_id, func.max(LedgerRow.at).label("at"))
        .where(LedgerRow.kind == Kind.LICENCE, LedgerRow.deed == Deed.PUBLISHED).group_by(LedgerRow.thing_id).subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Licence, published.c.at).outerjoin(published, published.c.thing_id == Licence.id)
        .where(Licence.department_id.in_(list(months)), Licence.shown.is_not(None))
    )  # fmt: skip
    return [
        _Row(Part.LICENCE, licence.id, licence.department_id, read(licence.shown or {}).name, licence.number_shown,
             licence.confirmed_on,
             local_day(at) if at else licence.confirmed_on or _asks_now(on, months[licence.department_id]))
        for licence, at in rows
    ]  # fmt: skip
