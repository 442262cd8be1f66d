"""Which things a list shows, for its export as a form: the list itself says so, from the same query string."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from admin_ui.house import now
from admin_ui.views import authorisations, departments, knowledge, liaisons, licences
from knowledge_base.entries import Entry


def wanted(session: Session, annex: str) -> list[int]:
    """The keys of what the list of this form's subject shows, in its order."""
    return _LISTS[annex](session)


def _entries(session: Session) -> list[int]:
    return list(session.scalars(knowledge.wanted(session).with_only_columns(Entry.id)))


def _licences(session: Session) -> list[int]:
    return [licence.id for licence, _ in licences.wanted(session)]


def _liaisons(session: Session) -> list[int]:
    return [one.id for one, _ in liaisons.wanted(session)]


def _departments(session: Session) -> list[int]:
    return [unit.id for unit in departments.wanted(session)]


def _authorisations(session: Session) -> list[int]:
    return [row.a.id for row in authorisations.rows(session, at=now()) if authorisations.wanted(row)]


_LISTS: dict[str, Callable[[Session], list[int]]] = {
    "1": _departments, "2": _liaisons, "5": _entries, "6": _licences, "7": _departments, "8": _authorisations,
}  # fmt: skip
