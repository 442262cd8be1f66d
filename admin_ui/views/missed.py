"""Callers whom nobody answered: who still waits to be rung, who was, and how soon."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import page_of, wish, wish_code, wish_days
from admin_ui.words import MISSED
from dispatch.callbacks.missed import MissedCaller, Over
from dispatch.callbacks.missed_list import WantedMissed, listed_missed
from hotline.accounts.roles import Permission
from hotline.logs import mask

blueprint = Blueprint("missed", __name__, url_prefix="/missed")


@blueprint.get("")
@needs(Permission.DESK)
def listed() -> ResponseReturnValue:
    with reading() as session:
        return render_template("missed.html", page=page_of(session, *_wanted()), now=now())


@blueprint.get("/export.csv")
@needs(Permission.DESK)
def export() -> ResponseReturnValue:
    """What the list shows, with all that the figure is counted of; numbers stay masked."""
    header = (gettext("首次来电"), gettext("末次来电"), gettext("号码"), gettext("来电次数"), gettext("应在此前回电"),
              gettext("首次回拨"), gettext("结果"), gettext("结束时间"), gettext("接线员"))  # fmt: skip
    return csv_in_stretches("missed", header, _rows, *_wanted())


def _rows(_session: Session, found: Sequence[MissedCaller]) -> Iterator[tuple[object, ...]]:
    for row in found:
        yield (row.first_at, row.last_at, mask(row.number), row.calls, row.owed_until, row.rung_at,
               MISSED[Over(row.over) if row.over else ""], row.over_at,
               row.callback.holder.name if row.callback.holder else "")  # fmt: skip


def _wanted() -> tuple[Select[MissedCaller], Select[MissedCaller]]:
    wanted = WantedMissed(
        *wish_days(), still_open=wish("over") == "open",
        over=wish_code("over", Over), mine=wish("mine") == "1", counted=wish("counted") == "1",
        in_time=wish("in_time") == "1")  # fmt: skip
    return listed_missed(wanted, account=me(), at=now())
