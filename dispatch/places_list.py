"""The list of kept places, narrowed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload
from sqlalchemy.sql import ColumnElement

from dispatch.places import Over, Place


@dataclass(frozen=True)
class WantedPlaces:
    """What somebody looks for; whatever is empty doesn't narrow. `until` is the first moment after."""

    since: datetime | None = None
    until: datetime | None = None
    still_open: bool = False
    over: Over | None = None


def listed_places(wanted: WantedPlaces) -> Select[Place]:
    """Those who wait first, in the order in which they are rung; then the others, the latest first."""
    query = select(Place).options(selectinload(Place.callback)).where(*_narrowed(wanted))
    return query.order_by(Place.over_at.is_not(None), Place.over_at.desc(), Place.rank.desc(), Place.queued_at,
                          Place.id)  # fmt: skip


def _narrowed(wanted: WantedPlaces) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(Place.queued_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Place.queued_at < wanted.until)
    if wanted.still_open:
        conditions.append(Place.over_at.is_(None))
    if wanted.over is not None:
        conditions.append(Place.over == wanted.over)
    return conditions
