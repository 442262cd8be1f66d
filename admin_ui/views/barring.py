"""Nuisance callers and floods: who was warned, who is blocked, why and until when; every step with its history."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from admin_ui.deeds import SOON, done
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import page_of, wish, wish_code
from admin_ui.people import who
from admin_ui.views import numbers
from admin_ui.words import CAUSES
from dispatch.line import barring, rush
from dispatch.line.barring import Block, CallerWarning, Cause
from dispatch.line.rush import Flood
from hotline.accounts.roles import Permission
from hotline.times import day_ends

WARNINGS_SHOWN = 50
blueprint = Blueprint("barring", __name__, url_prefix="/barring")


@blueprint.get("")
@needs(Permission.LINE)
def listed() -> ResponseReturnValue:
    """Floods that nobody has looked at, blocks by the filter, and the latest warnings."""
    with reading() as session:
        floods = session.scalars(select(Flood).where(Flood.seen_at.is_(None)).order_by(Flood.last_at.desc())).all()
        warned = numbers.about(select(CallerWarning), CallerWarning.number).order_by(CallerWarning.id.desc())
        return render_template("barring.html", page=page_of(session, _wanted()), floods=floods, now=now(),
                               shown=numbers.shown,
                               warnings=session.scalars(warned.limit(WARNINGS_SHOWN)).all())  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.LINE)
def export() -> ResponseReturnValue:
    header = (gettext("号码或号段"), gettext("类别"), gettext("原因"), gettext("限制人"), gettext("起"), gettext("止"),
              gettext("解除时间"), gettext("解除人"), gettext("解除理由"))  # fmt: skip
    with writing() as session:
        found = session.scalars(_wanted().limit(MOST_ROWS))
        return csv_of(session, "blocks", header, (
            (numbers.shown(row.number), CAUSES[Cause(row.cause)], row.reason, who(row.by), row.since, row.until,
             row.lifted_at, who(row.lifted_by), row.lifted_why) for row in found))  # fmt: skip


@blueprint.post("/blocks")
@needs(Permission.LINE)
def block() -> ResponseReturnValue:
    cause, until, reason = numbers.cause(), _until(), request.form.get("reason", "")
    return _done(lambda s: barring.block(s, numbers.given(s), cause=cause, reason=reason, until=until, by=me().login,
                                         at=now()))  # fmt: skip


@blueprint.post("/blocks/<int:block_id>/lift")
@needs(Permission.LINE)
def lift(block_id: int) -> ResponseReturnValue:
    return _done(lambda s: barring.lift(s, s.get(Block, block_id) or abort(404), why=request.form.get("why", ""),
                                        by=me().login, at=now()))  # fmt: skip


@blueprint.post("/floods/<int:flood_id>")
@needs(Permission.LINE)
def see(flood_id: int) -> ResponseReturnValue:
    return _done(lambda s: rush.see(s, s.get(Flood, flood_id) or abort(404), verdict=request.form.get("verdict", ""),
                                    by=me().login, at=now()))  # fmt: skip


def _done(deed: Callable[[Session], object]) -> ResponseReturnValue:
    return done(deed, "barring.listed", SOON)


def _until() -> datetime:
    """The end of the day that was given; an end in the past, where none was, which is refused in words."""
    try:
        return day_ends(date.fromisoformat(request.form.get("until", "")))
    except (ValueError, OverflowError):
        return now()


def _wanted() -> Select[Block]:
    query = numbers.about(select(Block), Block.number).order_by(Block.id.desc())
    at, cause = now(), wish_code("cause", Cause)
    holds = (Block.lifted_at.is_(None), Block.until > at)
    if wish("show") == "standing":
        query = query.where(*holds)
    elif wish("show") == "over":
        query = query.where(~and_(*holds))
    return query if cause is None else query.where(Block.cause == cause)
