"""How an authorisation stands on a day, in one word."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from knowledge_base.authorisations import Authorisation


class Standing(StrEnum):
    """The ways in which an authorisation may stand."""

    IN_FORCE = "in_force"
    PROVISIONAL = "provisional"  # inherited, until the successor signs its own
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"  # the same document has a later version


def standings(rows: Iterable[Authorisation], *, on: date, at: datetime) -> dict[int, Standing]:
    """How each of these stands; give all versions of a document, or the later ones are not known of."""
    rows = list(rows)
    latest: dict[tuple[int, str], int] = {}
    for a in rows:
        latest[a.department_id, a.document] = max(a.version, latest.get((a.department_id, a.document), 0))
    return {a.id: _standing(a, latest[a.department_id, a.document], on, at) for a in rows}


def _standing(a: Authorisation, latest: int, on: date, at: datetime) -> Standing:
    if a.version < latest:
        return Standing.SUPERSEDED
    if a.revoked_at is not None and a.revoked_at <= at:
        return Standing.REVOKED
    if on < a.valid_from:
        return Standing.NOT_YET
    if on > a.valid_to:
        return Standing.EXPIRED
    return Standing.PROVISIONAL if a.provisional else Standing.IN_FORCE
