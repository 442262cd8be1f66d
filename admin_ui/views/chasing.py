"""Whom the office must ring because a reminder alone brought nothing: departments, their people, what came of it."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish
from admin_ui.showing import again
from admin_ui.views.entry import names_of
from admin_ui.views.freshness import named, reached, units
from hotline.accounts.roles import Permission
from hotline.logs import mask
from knowledge_base.chasing import Chased, chased, ring

blueprint = Blueprint("chasing", __name__, url_prefix="/freshness")
SEEN = {"unseen": False, "seen": True}
RUNG = {"no": False, "yes": True}


@blueprint.get("/chase")
@needs(Permission.FRESHNESS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        rows = _wanted(session)
        return render_template("chasing.html", rows=rows, names=_names(session, rows))


@blueprint.get("/chase/export.csv")
@needs(Permission.FRESHNESS)
def export() -> ResponseReturnValue:
    """What is filtered, as a file; the mobile numbers of people stay masked in it."""
    header = (gettext("代码"), gettext("部门"), gettext("应于"), gettext("最近提醒"), gettext("已阅时间"),
              gettext("已阅人"), gettext("联络员"), gettext("分管领导"), gettext("单位电话"), gettext("值班电话"),
              gettext("电话催办"), gettext("接通"), gettext("备注"))  # fmt: skip
    with writing() as session:
        rows = _wanted(session)
        return csv_of(session, "chase", header, _lines(rows, _names(session, rows)))


@blueprint.post("/<int:department_id>/rung")
@needs(Permission.CHASE)
def rung(department_id: int) -> ResponseReturnValue:
    with writing() as session:
        ring(session, reached(session, department_id), reached=request.form.get("reached") == "yes",
             remark=request.form.get("remark", ""), by=me(), at=now())  # fmt: skip
    flash(gettext("已记录"), "success")
    return redirect(again("/freshness/chase"), 303)


def _wanted(session: Session) -> list[Chased]:
    """Those that the query asks for: when it says nothing, those that nobody there has seen."""
    seen, rung = SEEN.get(wish("seen") or "unseen"), RUNG.get(wish("rung"))
    rows = chased(session, units(session, now()), settings=house().settings, at=now())
    return [row for row in rows if named(row.department) and seen in (None, row.seen)
            and rung in (None, row.rung is not None)]  # fmt: skip


def _names(session: Session, rows: Sequence[Chased]) -> dict[str, str]:
    logins = [row.notice.reminder.seen_by for row in rows] + [row.rung.by for row in rows if row.rung]
    return names_of(session, logins)


def _lines(rows: Sequence[Chased], names: dict[str, str]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        unit, told, rung = row.department, row.notice.reminder, row.rung
        people = "；".join(f"{person.name} {mask(person.phone)}" for person in row.liaisons)
        yield (unit.code, unit.name, row.notice.due_on.isoformat(), told.at, told.seen_at,
               names.get(told.seen_by, told.seen_by), people, unit.leader, unit.phone, unit.duty_phone,
               rung.at if rung else None, _answered(row), rung.remark if rung else "")  # fmt: skip


def _answered(row: Chased) -> str:
    if row.rung is None:
        return ""
    return str(gettext("已接通") if row.rung.reached else gettext("未接通"))
