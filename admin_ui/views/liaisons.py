"""The liaisons of departments as the offices keep them: whom the hotline rings, and in which order."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in, page_in, wish, wish_code, wish_number
from admin_ui.words import POSITIONS
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, exists
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day
from knowledge_base import register, roster
from knowledge_base.errors import Unfit
from knowledge_base.forms import typed
from knowledge_base.forms.annex_2 import LIAISONS

blueprint = Blueprint("liaisons", __name__, url_prefix="/liaisons")


@blueprint.get("")
@needs(Permission.DEPARTMENTS)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.get("/export.csv")
@needs(Permission.DEPARTMENTS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("代码"), gettext("部门"), gettext("顺序"), gettext("姓名"), gettext("值班电话"), gettext("科室"))
    with writing() as session:
        return csv_of(session, "liaisons", header, (
            (d.code, d.name, POSITIONS[Position(one.position)], one.name, one.phone, one.section)
            for one, d in wanted(session)))  # fmt: skip


@blueprint.post("")
@needs(Permission.DEPARTMENTS)
def add() -> ResponseReturnValue:
    """A new liaison. What can't be taken is named at its field; everything typed stays."""
    values, faults = typed.understood(roster.FIELDS, request.form)
    chosen = number_in(request.form.get("department", ""))
    if chosen is None:
        faults["department"] = "请选择部门"
    if faults:
        return _page(faults=faults), 422
    try:
        with writing() as session:
            department = session.get(Department, chosen)
            if department is None or not register.reaches(me(), department):
                abort(404)
            roster.add(session, department, values, by=me().login, at=now())
    except Unfit as refused:
        return _page(faults=refused.faults), 422
    flash(gettext("已保存"), "success")
    return redirect(url_for("liaisons.listed", department=chosen), 303)


@blueprint.get("/<int:liaison_id>")
@needs(Permission.DEPARTMENTS)
def edit(liaison_id: int) -> ResponseReturnValue:
    return _one(liaison_id)


@blueprint.post("/<int:liaison_id>")
@needs(Permission.DEPARTMENTS)
def change(liaison_id: int) -> ResponseReturnValue:
    values, faults = typed.understood(roster.FIELDS, request.form)
    if faults:
        return _one(liaison_id, faults=faults), 422
    try:
        with writing() as session:
            one, department = _own(session, liaison_id)
            roster.change(session, one, values, by=me().login, at=now())
    except Unfit as refused:
        return _one(liaison_id, faults=refused.faults), 422
    flash(gettext("已保存"), "success")
    return redirect(url_for("liaisons.listed", department=department.id), 303)


@blueprint.post("/<int:liaison_id>/remove")
@needs(Permission.DEPARTMENTS)
def remove(liaison_id: int) -> ResponseReturnValue:
    with writing() as session:
        one, department = _own(session, liaison_id)
        roster.remove(session, one, by=me().login, at=now())
    flash(gettext("已删除"), "success")
    return redirect(url_for("liaisons.listed", department=department.id), 303)


def wanted(session: Session) -> Sequence[tuple[Liaison, Department]]:
    """The liaisons that the query asks for, within one's reach: by department, in the order in which they are rung."""
    said, department, position = wish("q"), wish_number("department"), wish_code("position", Position)
    query = select(Liaison, Department).join(Department, Department.id == Liaison.department_id)
    if said:
        fields = (Liaison.name, Liaison.phone, Liaison.section, Department.name)
        query = query.where(or_(*(f.contains(said, autoescape=True) for f in fields)))
    if department is not None:
        query = query.where(Department.id == department)
    if position is not None:
        query = query.where(Liaison.position == position)
    order = list(Position)
    found = [(one, d) for one, d in session.execute(query) if register.reaches(me(), d)]
    return sorted(found, key=lambda row: (row[1].code, order.index(Position(row[0].position)), row[0].id))


def _page(*, faults: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        return render_template("liaisons.html", page=page_in(wanted(session)), departments=_departments(session),
                               fields=roster.FIELDS, columns=LIAISONS.given, typed=_typed({}), faults=faults or {},
                               chosen=request.form.get("department", wish("department")))  # fmt: skip


def _one(liaison_id: int, *, faults: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        one, department = _own(session, liaison_id)
        stands = typed.texts(roster.FIELDS, one)
        return render_template("liaison.html", liaison=one, department=department, fields=roster.FIELDS,
                               typed=_typed(stands), faults=faults or {})  # fmt: skip


def _own(session: Session, liaison_id: int) -> tuple[Liaison, Department]:
    """The liaison and the department, if whoever looks keeps that; otherwise there is none."""
    one = session.get(Liaison, liaison_id) or abort(404)
    department = session.get_one(Department, one.department_id)
    return (one, department) if register.reaches(me(), department) else abort(404)


def _departments(session: Session) -> list[Department]:
    rows = session.scalars(select(Department).order_by(Department.code))
    return [d for d in rows if exists(d, on=local_day(now())) and register.reaches(me(), d)]


def _typed(stands: Mapping[str, str]) -> dict[str, str]:
    return {c.key: request.form.get(c.key, stands.get(c.key, "")) for c in roster.FIELDS}
