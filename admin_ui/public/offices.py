"""Departments as citizens look for them: by any of their names, and an old name leads to who does its work today."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department, exists, heirs

SHORTEST = 2


@dataclass(frozen=True)
class Named:
    """A department that exists, and the old name it was found by, if it was."""

    department: Department
    formerly: str = ""


def named(session: Session, words: str, *, on: date, most: int = 4) -> list[Named]:
    """The departments that somebody means who types these words, the best fit first."""
    given = "".join(words.split())
    if len(given) < SHORTEST:
        return []
    departments = session.scalars(select(Department).order_by(Department.code)).all()
    fits = sorted(((_fit(d, given), d) for d in departments), key=lambda pair: -pair[0])
    found: dict[int, Named] = {}
    for fit, department in fits:
        if fit > 0:
            for one in today(session, department, on=on):
                found.setdefault(one.department.id, one)
    return list(found.values())[:most]


def today(session: Session, department: Department, *, on: date) -> list[Named]:
    """Who does the department's work on that day: itself, or those that it passed into."""
    if exists(department, on=on):
        return [Named(department)]
    return [Named(heir, department.name) for heir in heirs(session, department, on=on)]


def _fit(department: Department, given: str) -> int:
    """How well the words name the department: whole name, part of a name, or a name within a longer question."""
    names = [department.name, department.short_name, *department.aliases]
    if given in names or given == department.code:
        return 1000
    part = max((len(given) for name in names if given in name), default=0)
    within = max((len(name) for name in names if len(name) >= SHORTEST + 1 and name in given), default=0)
    return max(part * 2, within)
