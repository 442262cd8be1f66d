"""质检: calls are drawn by lot, and judged on their pages by who has heard them; the figures lead to the calls."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import day_in, number_in, page_of, wish_code, wish_days, wish_number
from admin_ui.people import who
from admin_ui.views.call import show
from dispatch.calls import assessments, callers
from dispatch.calls.assessments import Assessment, AssessmentError, Lot, State, Wanted
from dispatch.tickets import alerts
from hotline.accounts.roles import Permission, Role
from hotline.times import day_begins, day_ends, local_day

USUAL_DAYS, USUAL = 7, 10
blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")


@blueprint.get("")
@needs(Permission.ASSESS)
def listed() -> ResponseReturnValue:
    today = local_day(now())
    with reading() as session:
        operators = [(str(one.id), one.name) for one in alerts.people(session, Role.OPERATOR)]
        scores = assessments.scores(session, replace(_wanted(), state=None))
        return render_template("assessments.html", page=page_of(session, assessments.listed(_wanted())),
                               scores=scores, operators=operators, today=today,
                               since=today - timedelta(days=USUAL_DAYS - 1), count=USUAL,
                               most=assessments.MOST_DRAWN)  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.ASSESS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; nothing of callers is in it."""
    header = (gettext("通话编号"), gettext("来电时间"), gettext("接线员"), gettext("抽取方式"), gettext("抽取人"),
              gettext("评分"), gettext("评语"), gettext("评分人"), gettext("评分时间"))  # fmt: skip
    return csv_in_stretches("assessments", header, _rows, assessments.listed(_wanted()))


@blueprint.post("/draw")
@needs(Permission.ASSESS)
def draw() -> ResponseReturnValue:
    given = request.form
    since, until = day_in(given.get("since", "")), day_in(given.get("until", ""))
    try:
        if since is None or until is None or since > until:
            raise AssessmentError(gettext("请填写抽取的起止日期"))
        lot = Lot(number_in(given.get("count", "")) or 0, day_begins(since), day_ends(until),
                  number_in(given.get("operator", "")))  # fmt: skip
        with writing() as session:
            drawn = assessments.draw(session, lot, by=me(), at=now())
    except AssessmentError as refused:
        flash(str(refused), "danger")
    else:
        flash(ngettext("已抽取%(num)s个通话", "已抽取%(num)s个通话", drawn), "success")
    return redirect(url_for("assessments.listed", state=State.OPEN), 303)


@blueprint.post("/calls/<call_id>")
@needs(Permission.ASSESS)
def score(call_id: str) -> ResponseReturnValue:
    points, remarks = number_in(request.form.get("score", "").strip()), request.form.get("remarks", "")
    try:
        with writing() as session:
            call = callers.call(session, call_id, account=me()) or abort(404)
            assessments.score(session, call, points=points, remarks=remarks, by=me(), at=now())
    except AssessmentError as refused:
        return show(call_id, str(refused)), 422
    flash(gettext("已保存"), "success")
    return redirect(url_for("call.page", call_id=call_id), 303)


def _rows(_session: Session, found: Sequence[Assessment]) -> Iterator[tuple[object, ...]]:
    for row in found:
        yield (row.call_id, row.call.began_at, row.operator.name, words.DRAWN[row.drawn], who(row.by), row.score,
               row.remarks, who(row.scored_by), row.scored_at)  # fmt: skip


def _wanted() -> Wanted:
    return Wanted(wish_code("state", State), wish_number("operator"), *wish_days())
