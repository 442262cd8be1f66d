"""An authorisation as values: what a department allowed, for how long, in which form, and what it took out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Form(StrEnum):
    """How much may be said, most first."""

    FULL = "full"
    SUMMARY = "summary"
    CONTACT = "contact"


class Scope(StrEnum):
    """What an authorisation speaks of."""

    DEPARTMENT = "department"
    CATEGORIES = "categories"
    LICENCES = "licences"
    ENTRIES = "entries"


@dataclass(frozen=True)
class Leave:
    """One version of one document. `stale`: overdue for the department's confirmation by more than the grace."""

    id: int
    department_id: int
    document: str
    version: int
    form: Form
    scope: Scope
    valid_from: date
    valid_to: date
    signed_at: datetime | None
    revoked_at: datetime | None = None
    provisional: bool = False
    categories: tuple[str, ...] = ()
    licences: frozenset[int] = frozenset()
    entries: frozenset[int] = frozenset()
    exclusions: frozenset[int] = frozenset()
    excluded_categories: tuple[str, ...] = ()
    stale: bool = False


@dataclass(frozen=True)
class Subject:
    """What is asked about: an entry, whose it is, where it stands, since when it is this department's (`passed_at`)
    and since when it speaks of its licence item (`linked_at`); None: it always did."""

    entry_id: int
    department_id: int
    category: str = ""
    licence_id: int | None = None
    passed_at: datetime | None = None
    linked_at: datetime | None = None


def speaks_of(leave: Leave, subject: Subject) -> bool:
    """Whether the subject lies within the scope; whether the leave counts at all is another question."""
    match leave.scope:
        case Scope.DEPARTMENT:
            return True
        case Scope.CATEGORIES:
            return _under(subject.category, leave.categories)
        case Scope.LICENCES:
            return subject.licence_id in leave.licences
        case Scope.ENTRIES:
            return subject.entry_id in leave.entries


def means(leave: Leave, subject: Subject) -> bool:
    """Whether its signer could mean the subject: it lies within the scope, and did when the leave was signed.

    What came from another department afterwards, or was linked to a licence item, no signature speaks of."""
    linked_later = leave.scope is Scope.LICENCES and _signed_before(leave, subject.linked_at)
    return speaks_of(leave, subject) and not came_later(leave, subject) and not linked_later


def came_later(leave: Leave, subject: Subject) -> bool:
    """Whether the subject came from another department after the leave was signed."""
    return _signed_before(leave, subject.passed_at)


def takes_out(leave: Leave, subject: Subject) -> bool:
    """Whether the leave names the subject as an exception."""
    return subject.entry_id in leave.exclusions or _under(subject.category, leave.excluded_categories)


def takes_out_still(leave: Leave, subject: Subject, own: Iterable[Leave]) -> bool:
    """The same, beside what the department signed itself and counts: what it inherited takes out nothing any more that
    its own signature, given since, lists by name. One that speaks of it only among much else has not looked at it."""
    heard = leave.provisional and any(names(a, subject) for a in own if not a.provisional)
    return takes_out(leave, subject) and not heard


def names(leave: Leave, subject: Subject) -> bool:
    """Whether the leave lists the very subject, and its signer could mean it."""
    return leave.scope is Scope.ENTRIES and means(leave, subject)


def _signed_before(leave: Leave, moment: datetime | None) -> bool:
    return moment is not None and (leave.signed_at is None or leave.signed_at < moment)


def _under(category: str, paths: tuple[str, ...]) -> bool:
    return any(path and (category == path or category.startswith(path + "/")) for path in paths)
