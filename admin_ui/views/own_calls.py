"""An operator's own calls: what he took and missed, what came of it, how he was judged; each leads to its page."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import page_of, wish_code, wish_day
from admin_ui.views.call import show
from dispatch.calls import own_calls
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.own_calls import Own, WantedOwn
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.logs import mask
from hotline.times import day_begins, day_ends, local_day

USUAL_DAYS = 30
blueprint = Blueprint("own_calls", __name__, url_prefix="/own-calls")


@blueprint.get("")
@needs(Permission.DESK)
def listed() -> ResponseReturnValue:
    since, until = _days()
    with reading() as session:
        page = page_of(session, _wanted())
        ids = [call.id for call in page.rows]
        seen = own_calls.figures(session, me(), since=day_begins(since), until=day_ends(until))
        return render_template("own_calls.html", page=page, since=since, until=until, seen=seen, which=_which(),
                               judged=own_calls.judged_among(session, ids),
                               tickets=own_calls.tickets_among(session, ids))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.DESK)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; numbers stay masked."""
    header = (gettext("通话编号"), gettext("号码"), gettext("来电时间"), gettext("接听时间"), gettext("结束时间"),
              gettext("结果"), gettext("工单"), gettext("评分"), gettext("评语"))  # fmt: skip
    return csv_in_stretches("own-calls", header, _rows, _wanted())


@blueprint.get("/<call_id>")
@needs(Permission.DESK)
def page(call_id: str) -> ResponseReturnValue:
    """The call's page, of a call that he took or placed; each reading is noted."""
    with writing() as session:
        own_calls.own_call(session, call_id, account=me()) or abort(404)
        audit.note(session, "call.read", by=me().login, at=now(), about=("call", call_id))
    return show(call_id)


def _rows(session: Session, found: Sequence[Call]) -> Iterator[tuple[object, ...]]:
    ids = [call.id for call in found]
    judged, tickets = own_calls.judged_among(session, ids), own_calls.tickets_among(session, ids)
    for call in found:
        row = judged.get(call.id)
        outcome = words.OUTCOMES[Outcome(call.outcome)] if call.outcome else ""
        yield (call.id, mask(call.caller), call.began_at, call.answered_at, call.ended_at, outcome,
               "、".join(tickets.get(call.id, [])), *((row.score, row.remarks) if row else ("", "")))  # fmt: skip


def _wanted() -> Select[Call]:
    since, until = _days()
    return own_calls.listed(me(), WantedOwn(day_begins(since), day_ends(until), _which()))


def _which() -> Own:
    return wish_code("which", Own) or Own.TAKEN


def _days() -> tuple[date, date]:
    until = wish_day("until") or local_day(now())
    return wish_day("since") or until - timedelta(days=USUAL_DAYS - 1), until
