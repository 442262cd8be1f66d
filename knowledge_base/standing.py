"""How an authorisation stands at a moment, in one word: pure, of values alone."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """The ways in which an authorisation may stand."""

    IN_FORCE = "in_force"
    PROVISIONAL = "provisional"  # inherited, until the successor signs its own
    UNSIGNED = "unsigned"  # entered, and not yet anybody's word
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"  # a later version of the same document has been signed


COUNTING = frozenset({Standing.IN_FORCE, Standing.PROVISIONAL})
"""The standings in which an authorisation lets anything be said."""


class Dated(Protocol):
    """What of an authorisation decides how it stands; table rows and frozen values both have it."""

    @property
    def id(self) -> int: ...
    @property
    def department_id(self) -> int: ...
    @property
    def document(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date: ...
    @property
    def provisional(self) -> bool: ...
    @property
    def signed_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


def standings(rows: Iterable[Dated], *, on: date, at: datetime) -> dict[int, Standing]:
    """How each of these stands; give all versions of a document, or the later ones are not known of.

    `on`: the day in Yuxi of the moment `at`. A version counts from its signature on, and the version before it
    counts until that moment: not until the new one was entered, nor until it becomes valid."""
    rows = list(rows)
    latest: dict[tuple[int, str], int] = {}
    for a in rows:
        if _signed(a, at):
            latest[a.department_id, a.document] = max(a.version, latest.get((a.department_id, a.document), 0))
    return {a.id: _standing(a, latest.get((a.department_id, a.document), 0), on, at) for a in rows}


def _standing(a: Dated, latest: int, on: date, at: datetime) -> Standing:
    if a.version < latest:
        return Standing.SUPERSEDED
    if a.revoked_at is not None and a.revoked_at <= at:
        return Standing.REVOKED
    if not _signed(a, at):
        return Standing.UNSIGNED
    if on < a.valid_from:
        return Standing.NOT_YET
    if on > a.valid_to:
        return Standing.EXPIRED
    return Standing.PROVISIONAL if a.provisional else Standing.IN_FORCE


def _signed(a: Dated, at: datetime) -> bool:
    return a.signed_at is not None and a.signed_at <= at
