"""How long recordings are kept: dated rules, legal holds, and the certificates of what was destroyed."""

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, on_wished_days, page_of, wish
from dispatch.calls.calls import Call
from dispatch.reconciling import destroying, holding
from hotline.accounts.roles import Permission
from hotline.times import local_day
from recordings import retention, two_hands
from recordings.errors import RecordingError
from recordings.retention import Destruction, RetentionRule
from recordings.two_hands import Request, Wish

blueprint = Blueprint("retention", __name__, url_prefix="/retention")


@blueprint.get("")
@needs(Permission.CUSTODY)
def page() -> ResponseReturnValue:
    with reading() as session:
        newest = RetentionRule.valid_from.desc(), RetentionRule.id.desc()
        rules = session.scalars(select(RetentionRule).order_by(*newest)).all()
        holds = session.scalars(two_hands.holds().order_by(Request.id.desc())).all()
        destroyed = page_of(session, _wanted())
        in_force = retention.rule_on(session, local_day(now()))
        return render_template("retention.html", rules=rules, holds=holds, page=destroyed, in_force=in_force,
                               otherwise=house().settings.recordings_keep_days, today=local_day(now()))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.CUSTODY)
def export() -> ResponseReturnValue:
    """The certificates that are filtered, as a file."""
    header = (gettext("编号"), gettext("开始时间"), gettext("结束时间"), gettext("依据"), gettext("录音数"),
              gettext("清单的 SHA-256"))  # fmt: skip
    with writing() as session:
        found = session.scalars(_wanted().limit(MOST_ROWS))
        return csv_of(session, "destructions", header, (
            (act.id, act.began_at, act.ended_at, act.basis, act.count, act.list_sha256) for act in found))  # fmt: skip


@blueprint.post("/rules")
@needs(Permission.CUSTODY)
def propose() -> ResponseReturnValue:
    form = request.form
    return done(lambda s: retention.propose(s, days=number_in(form.get("days", "")) or 0, basis=form.get("basis", ""),
                                            valid_from=_day(form.get("valid_from", "")), by=me().login, at=now()),
                "retention.page")  # fmt: skip


@blueprint.post("/rules/<int:rule_id>")
@needs(Permission.CUSTODY)
def confirm(rule_id: int) -> ResponseReturnValue:
    return done(lambda s: retention.confirm(s, s.get(RetentionRule, rule_id) or abort(404), by=me().login, at=now()),
                "retention.page")  # fmt: skip


@blueprint.post("/holds")
@needs(Permission.CUSTODY)
def hold() -> ResponseReturnValue:
    """Hold the recordings of a call, or ask for the end of a hold."""
    reason = request.form.get("reason", "")

    def asked(session: Session) -> None:
        call_id = _known(session, request.form.get("call_id", "").strip())
        if "release" in request.form:
            two_hands.ask(session, Wish.RELEASE, call_id, reason=reason, by=me().login, at=now())
        else:
            holding.hold(session, call_id, reason=reason, by=me().login, at=now())

    return done(asked, "retention.page")


@blueprint.get("/destructions/<int:destruction_id>.csv")
@needs(Permission.CUSTODY)
def certificate(destruction_id: int) -> ResponseReturnValue:
    """The list of what was destroyed: its lines, joined by line ends, have the digest that the certificate names."""
    header = (gettext("录音"), gettext("通话编号"), gettext("开始时间"), gettext("时长（秒）"), "SHA-256",
              gettext("状态"), gettext("清单行"))  # fmt: skip
    with writing() as session:
        act = session.get(Destruction, destruction_id) or abort(404)
        rows = destroying.of(session, act)
        return csv_of(session, f"destruction-{act.id}", header, (
            (row.id, row.call_id, row.began_at, row.seconds, row.sha256, row.state, line)
            for row, line in zip(rows, destroying.lines(rows), strict=True)))  # fmt: skip


def _wanted() -> Select[Destruction]:
    """The certificates that the query asks for, the newest first: by words of their basis and by the day they began."""
    query = select(Destruction).order_by(Destruction.id.desc())
    if wish("q"):
        query = query.where(Destruction.basis.contains(wish("q"), autoescape=True))
    return on_wished_days(query, Destruction.began_at)


def _known(session: Session, call_id: str) -> str:
    if session.get(Call, call_id[:40]) is None:
        raise RecordingError("没有这次通话")
    return call_id


def _day(given: str) -> date:
    """The day that was given; one in the past where none was, which is refused in words."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        return date.min
