"""What was asked: a picture by day and channel, where the right entry stood, the commonest words; and the askings."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches, csv_of
from admin_ui.guards import needs
from admin_ui.house import house, now, reading, writing
from admin_ui.paging import on_wished_days, page_of, wish, wish_code, wish_day, wish_number
from admin_ui.stacks import stacks
from dispatch.answering.decision import Channel
from hotline.accounts.roles import Permission
from hotline.times import local_day
from knowledge_base import analytics
from knowledge_base.analytics import LAST_PLACE, Picture, picture
from knowledge_base.asked import Asked, Found, Way
from knowledge_base.entries import Entry
from knowledge_base.search import limits
from knowledge_base.search.match import NOTHING

blueprint = Blueprint("analytics", __name__, url_prefix="/asked")
USUAL_DAYS = 30


@blueprint.get("")
@needs(Permission.ANALYTICS)
def page() -> ResponseReturnValue:
    since, until = _range()
    with reading() as session:
        seen = picture(session, since=since, until=until, channels=list(Channel))
        drawn = limits.held(session)
    charts = {channel: stacks([tuple(d.counts.get(f, 0) for f in Found) for d in seen.of(channel)])
              for channel in Channel}  # fmt: skip
    return render_template("asked.html", seen=seen, charts=charts, since=since, until=until, last=LAST_PLACE,
                           most=analytics.MOST_DAYS, keep=house().settings.asked_keep_days, limits=drawn,
                           usual=NOTHING, fewest=limits.FEWEST)  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.ANALYTICS)
def export() -> ResponseReturnValue:
    """The picture's days as a file."""
    since, until = _range()
    header = (gettext("日期"), gettext("渠道"), *(words.FOUND[f] for f in Found), gettext("合计"))
    with writing() as session:
        seen = picture(session, since=since, until=until, channels=list(Channel))
        return csv_of(session, "asked-days", header, _days(seen))


@blueprint.get("/askings")
@needs(Permission.ANALYTICS)
def askings() -> ResponseReturnValue:
    """The single askings behind a figure; nobody's name or number is in them."""
    with reading() as session:
        shown = page_of(session, _wanted())
        return render_template("askings.html", page=shown, entries=_entries(session, [a.entry_id for a in shown.rows]))


@blueprint.get("/askings.csv")
@needs(Permission.ANALYTICS)
def export_askings() -> ResponseReturnValue:
    header = (gettext("时间"), gettext("渠道"), gettext("方式"), gettext("原话"), gettext("结果"), gettext("条目"),
              gettext("位次"), gettext("得分"))  # fmt: skip
    return csv_in_stretches("askings", header, _cells, _wanted())


def _cells(session: Session, found: Sequence[Asked]) -> Iterator[tuple[object, ...]]:
    entries = _entries(session, [a.entry_id for a in found])
    for a in found:
        yield (a.at, words.CHANNELS[Channel(a.channel)], words.WAYS[Way(a.way)], a.words, words.FOUND[Found(a.found)],
               entries.get(a.entry_id or 0, ""), a.place, a.score)  # fmt: skip


def _range() -> tuple[date, date]:
    until = wish_day("until") or local_day(now())
    since = wish_day("since") or until - timedelta(days=USUAL_DAYS - 1)
    return max(min(since, until), until - timedelta(days=analytics.MOST_DAYS - 1)), until


def _days(seen: Picture) -> Iterator[tuple[object, ...]]:
    for day in seen.days:
        yield (day.on, words.CHANNELS[Channel(day.channel)], *(day.counts.get(f, 0) for f in Found), day.total)


def _wanted() -> Select[Asked]:
    query = on_wished_days(select(Asked).order_by(Asked.id.desc()), Asked.at)
    for column, code in ((Asked.channel, wish_code("channel", Channel)), (Asked.found, wish_code("found", Found)),
                         (Asked.way, wish_code("way", Way))):  # fmt: skip
        if code is not None:
            query = query.where(column == code)
    if (text := wish("q")) != "":
        query = query.where(Asked.words.contains(text, autoescape=True))
    if (same := wish("words", 128)) != "":
        query = query.where(Asked.words == same)
    return _narrowed(query)


def _narrowed(query: Select[Asked]) -> Select[Asked]:
    if (question := wish_number("unanswered")) is not None:
        query = query.where(Asked.unanswered_id == question)
    if (place := wish_number("place")) is not None:
        stood = Asked.place >= place if place >= LAST_PLACE else func.coalesce(Asked.place, 1) == max(place, 1)
        query = query.where(Asked.found == Found.CHOSEN, stood)
    return query


def _entries(session: Session, ids: list[int | None]) -> dict[int, str]:
    rows = session.execute(select(Entry.id, Entry.question).where(Entry.id.in_([i for i in ids if i is not None])))
    return {row[0]: row[1] for row in rows}
