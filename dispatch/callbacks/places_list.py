"""The list of kept places, narrowed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload
from sqlalchemy.sql import ColumnElement

from dispatch.callbacks.places import Over, Place


@dataclass(frozen=True)
class WantedPlaces:
    """What somebody looks for; whatever is empty doesn't narrow. `until` is the first moment after."""

    since: datetime | None = None
    until: datetime | None = None
    still_open: bool = False
    over: Over | None = None


def listed_places(wanted: WantedPlaces) -> tuple[Select[Place], Select[Place]]:
    """Those who wait, in the order in which they are rung; and the others, the latest first."""
    query = select(Place).options(selectinload(Place.callback)).where(*_narrowed(wanted))
    over, in_turn = Place.over_at.is_not(None), (Place.rank.desc(), Place.queued_at, Place.id)
    return query.where(~over).order_by(*in_turn), query.where(over).order_by(Place.over_at.desc(), *in_turn)


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
