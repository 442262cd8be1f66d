"""Kept places in the queue: who waits to be rung, how often he was, and what became of it."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import reading
from admin_ui.paging import page_of, wish, wish_code, wish_days
from admin_ui.words import PLACES
from dispatch.callbacks.places import Over, Place
from dispatch.callbacks.places_list import WantedPlaces, listed_places
from hotline.accounts.roles import Permission
from hotline.logs import mask

blueprint = Blueprint("places", __name__, url_prefix="/places")


@blueprint.get("")
@needs(Permission.DESK)
def listed() -> ResponseReturnValue:
    with reading() as session:
        return render_template("places.html", page=page_of(session, *_wanted()))


@blueprint.get("/export.csv")
@needs(Permission.DESK)
def export() -> ResponseReturnValue:
    """What the list shows; numbers stay masked."""
    header = (gettext("开始排队"), gettext("保留时间"), gettext("号码"), gettext("优先级"), gettext("已拨次数"),
              gettext("结果"), gettext("结束时间"), gettext("通话编号"))  # fmt: skip
    return csv_in_stretches("places", header, _rows, *_wanted())


def _rows(_session: Session, found: Sequence[Place]) -> Iterator[tuple[object, ...]]:
    for row in found:
        yield (row.queued_at, row.kept_at, mask(row.number), row.rank, row.callback.attempts,
               PLACES[Over(row.over) if row.over else ""], row.over_at, row.call_id)  # fmt: skip


def _wanted() -> tuple[Select[Place], Select[Place]]:
    return listed_places(WantedPlaces(
        *wish_days(), still_open=wish("over") == "open", over=wish_code("over", Over)))  # fmt: skip
