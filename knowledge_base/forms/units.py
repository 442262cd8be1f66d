"""The department that a cell names: by its full name, short name, code or an alias that is nobody else's. What one
that is no more was called means who does its work now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department, exists, in_charge
from knowledge_base.errors import GONE
from knowledge_base.forms import values


class UnitError(Exception):
    """Why a cell names no department that may be meant; in words."""


@dataclass(frozen=True)
class Units:
    """The departments that exist, as forms name them; `only` is the one that a liaison hands in for."""

    names: Mapping[int, str]
    called: Mapping[str, frozenset[int]]
    only: int | None

    def meant(self, text: str) -> int:
        """The department's key; UnitError says in words why there is none."""
        if self.only is not None and self.only not in self.names:
            raise UnitError(GONE)
        if not text and self.only is not None:
            return self.only
        found = self.called.get(values.clean(text), frozenset())
        if not text:
            raise UnitError("必须填写")
        if len(found) != 1:
            raise UnitError(f"“{text[:30]}”{'有几个部门都叫这个名称，请填全称' if found else '不是已登记的部门'}")
        unit = next(iter(found))
        if self.only not in (None, unit):
            raise UnitError("只能填报本部门")
        return unit


def units(session: Session, only: int | None, *, on: date) -> Units:
    """The departments as they are on that day. A full name goes before all others, an alias comes after the short
    names, and what those were called that are no more comes last."""
    every = session.scalars(select(Department).order_by(Department.code)).all()
    rows = [d for d in every if exists(d, on=on)]
    called: dict[str, frozenset[int]] = {}
    for names in (_former(session, every, on=on), _aliases(rows), _short(rows), _full(rows)):
        found: dict[str, set[int]] = {}
        for name, unit in names:
            found.setdefault(values.clean(name), set()).add(unit)
        called.update({name: frozenset(ids) for name, ids in found.items()})
    return Units({d.id: values.clean(d.name) for d in rows}, called, only)


def _former(session: Session, rows: Iterable[Department], *, on: date) -> Iterator[tuple[str, int]]:
    """What is no more, by the names that it had and its code, with who does its work."""
    for d in rows:
        heir = in_charge(session, d, on=on)
        if heir is not d and exists(heir, on=on):
            yield from ((name, heir.id) for name in (d.name, d.short_name, d.code, *(d.aliases or ())))


def _full(rows: Iterable[Department]) -> list[tuple[str, int]]:
    return [(d.name, d.id) for d in rows] + [(d.code, d.id) for d in rows]


def _short(rows: Iterable[Department]) -> list[tuple[str, int]]:
    return [(d.short_name, d.id) for d in rows]


def _aliases(rows: Iterable[Department]) -> list[tuple[str, int]]:
    return [(alias, d.id) for d in rows for alias in d.aliases or ()]
