"""Licence items as they last passed their review: nothing else of them is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin_ui.public.lobby import lobby
from hotline.directory.departments import Department
from knowledge_base.licences import Licence
from knowledge_base.search.match import worth_showing

LIKELY = 20.0  # chance in % from which an item is shown beside the entries


@dataclass(frozen=True)
class Permit:
    """A licence item for the public: the fields that were reviewed, by name."""

    id: int
    department: Department
    fields: Mapping[str, Any]
    confirmed_on: date | None

    @property
    def name(self) -> str:
        return str(self.fields.get("name", ""))

    def text(self, field: str) -> str:
        """A field as text; empty where there is none."""
        return str(self.fields.get(field) or "")

    def rows(self, field: str) -> list[str]:
        """A field that is a list, as texts."""
        given = self.fields.get(field) or ()
        return [str(row) for row in given] if isinstance(given, list | tuple) else [str(given)]


def shown(session: Session, *, department_id: int | None = None) -> list[Permit]:
    """The items that the public may see, of all departments or of one."""
    query = select(Licence).where(Licence.shown.is_not(None)).options(joinedload(Licence.department))
    if department_id is not None:
        query = query.where(Licence.department_id == department_id)
    rows = session.scalars(query.order_by(Licence.department_id, Licence.id)).unique()
    return [permit for permit in map(_permit, rows) if permit is not None]


def named(session: Session, words: str, *, department: int | None = None, most: int = 3) -> list[Permit]:
    """The items that somebody names, whole or in part, in characters, pinyin or first letters, or nearly so."""
    matches = lobby().permits.at(session).search(words, most=most, department=department)
    likely = [match.entry_id for match in worth_showing(matches) if match.score >= LIKELY]
    query = select(Licence).where(Licence.id.in_(likely)).options(joinedload(Licence.department))
    found = {row.id: _permit(row) for row in session.scalars(query)}
    return [permit for licence_id in likely if (permit := found.get(licence_id)) is not None]


def one(session: Session, licence_id: int) -> Permit | None:
    """The item, if the public may see it."""
    row = session.get(Licence, licence_id)
    return _permit(row) if row is not None else None


def _permit(row: Licence) -> Permit | None:
    if not row.shown or not row.shown.get("name"):
        return None
    return Permit(row.id, row.department, row.shown, row.confirmed_on)
