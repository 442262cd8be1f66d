"""Self-service by dialled number and hour: which rows hold, in their order, and which held before."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.deeds import SOON, done
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish
from admin_ui.people import who
from dispatch.line import switches
from dispatch.line.switches import LineSwitch, Machine
from hotline.accounts.roles import Permission

blueprint = Blueprint("switches", __name__, url_prefix="/switches")


@blueprint.get("")
@needs(Permission.LINE)
def listed() -> ResponseReturnValue:
    """The rows in the order in which they are looked at; `show=ended`: those that held before."""
    at, number = now(), house().settings.number
    with reading() as session:
        ready = [switches.ready(row) for row in switches.standing(session)]
        today = switches.machine(ready, dialled=number, at=at, settings=house().settings)
        usual = Machine(house().settings.self_service, house().settings.keypad_initials)
        return render_template("switches.html", rows=_wanted(session), now_is=today, usual=usual)


@blueprint.get("/export.csv")
@needs(Permission.LINE)
def export() -> ResponseReturnValue:
    header = (gettext("被叫号码"), gettext("时间"), gettext("自助服务"), gettext("按键拼音"), gettext("原因"),
              gettext("维护人"), gettext("起"), gettext("停用时间"), gettext("停用人"))  # fmt: skip
    with writing() as session:
        return csv_of(session, "switches", header, (
            (row.number or gettext("所有号码"), row.hours or gettext("全天"), _on(row.self_service),
             _on(row.keypad_initials), row.reason, who(row.by), row.at, row.ended_at, who(row.ended_by))
            for row in _wanted(session)))  # fmt: skip


@blueprint.post("")
@needs(Permission.LINE)
def add() -> ResponseReturnValue:
    given = request.form
    return done(lambda s: switches.add(
        s, number=given.get("number", ""), hours=given.get("hours", "")[:80], reason=given.get("reason", ""),
        self_service=given.get("self_service") == "1", keypad_initials=given.get("keypad_initials") == "1",
        by=me().login, at=now()), "switches.listed", SOON)  # fmt: skip


@blueprint.post("/<int:switch_id>/end")
@needs(Permission.LINE)
def end(switch_id: int) -> ResponseReturnValue:
    return done(lambda s: switches.end(s, s.get(LineSwitch, switch_id) or abort(404), by=me().login, at=now()),
                "switches.listed", SOON)  # fmt: skip


def _wanted(session: Session) -> list[LineSwitch]:
    ended = select(LineSwitch).where(LineSwitch.ended_at.is_not(None)).order_by(LineSwitch.id.desc())
    rows = session.scalars(ended).all() if wish("show") == "ended" else switches.standing(session)
    text = wish("q")
    return [row for row in rows if text in row.number or text in row.reason]


def _on(so: bool) -> str:
    return str(gettext("开启") if so else gettext("关闭"))
