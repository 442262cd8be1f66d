"""The register of departments as its keepers write it: a new one, what stands put right, one entered by mistake out."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import base_data, register
from knowledge_base.errors import KnowledgeError, Unfit
from knowledge_base.forms import typed
from knowledge_base.forms.subject import digest

blueprint = Blueprint("register", __name__, url_prefix="/departments")
REGISTERED = frozenset(c.key for c in register.FIELDS)
REACHED = tuple(c for c in base_data.FIELDS if c.key not in REGISTERED)
"""How the department is reached and what it does: what it keeps itself later on, and its keepers may begin."""
FIELDS = (*register.FIELDS, *REACHED)
BESIDE = "刚刚有人登记了同样的名称或代码，请核对后重新提交"
CHANGED = "内容已被他人更新，请核对后重新操作"


@blueprint.get("/new")
@needs(Permission.DEPARTMENTS)
def new() -> ResponseReturnValue:
    return _page(None)


@blueprint.post("/new")
@needs(Permission.DEPARTMENTS)
def add() -> ResponseReturnValue:
    """Enter a department. What can't be taken is named at its field; everything typed stays on the page."""
    return _written(None)


@blueprint.get("/<int:department_id>/edit")
@needs(Permission.DEPARTMENTS)
def edit(department_id: int) -> ResponseReturnValue:
    return _page(department_id)


@blueprint.post("/<int:department_id>/edit")
@needs(Permission.DEPARTMENTS)
def change(department_id: int) -> ResponseReturnValue:
    return _written(department_id)


@blueprint.post("/<int:department_id>/remove")
@needs(Permission.DEPARTMENTS)
def remove(department_id: int) -> ResponseReturnValue:
    """Take out what was entered by mistake and is spoken of nowhere."""
    try:
        with writing() as session:
            register.remove(session, _own(session, department_id), by=me().login, at=now())
    except KnowledgeError as refused:
        return _page(department_id, trouble=str(refused)), 422
    flash(gettext("已删除"), "success")
    return redirect(url_for("departments.listed"), 303)


def _written(department_id: int | None) -> ResponseReturnValue:
    values, faults = _understood(department_id)
    if faults:
        return _page(department_id, faults=faults), 422
    try:
        with writing() as session:
            there = _put(session, department_id, values)
    except Unfit as refused:
        return _page(department_id, faults=refused.faults), 422
    except KnowledgeError as refused:
        return _page(department_id, trouble=str(refused)), 422
    except IntegrityError:
        return _page(department_id, trouble=BESIDE), 422
    return redirect(url_for("departments.page", department_id=there), 303)


def _put(session: Session, department_id: int | None, values: typed.Values) -> int:
    """The department as it was typed; its key."""
    at, registered = now(), {key: values[key] for key in REGISTERED}
    if department_id is None:
        department = register.add(session, registered, by=me(), at=at)
    else:
        department = _own(session, department_id)
        if request.form.get("seen") != digest(_stands(department)):
            raise KnowledgeError(CHANGED)
        register.change(session, department, registered, by=me(), at=at)
    reached = {c.key: values[c.key] for c in REACHED if c.key in values}
    changed = base_data.change(session, department, reached, by=me().login, at=at)
    flash(gettext("已保存，几秒内对来电生效"), "success")
    if changed.keys() & base_data.FREE:
        flash(gettext("主要职责、内设机构、交通指引的改动，待本部门分管领导或保密审查人审定后公开"), "success")
    return department.id


def _understood(department_id: int | None) -> tuple[typed.Values, typed.Faults]:
    """What was typed. How a department is reached may wait for the department: there only what was typed wrongly is."""
    with reading() as session:
        stands = _stands(_own(session, department_id)) if department_id else {}
    given = _typed(stands)
    values, faults = typed.understood(register.FIELDS, given)
    reached, wrong = base_data.understood(given)
    late = {key for key, why in wrong.items() if given[key].replace("\r\n", "\n").strip() == stands.get(key, "")}
    return {**reached, **values}, faults | {k: why for k, why in wrong.items() if k not in late | REGISTERED}


def _page(department_id: int | None, *, faults: Mapping[str, str] | None = None, trouble: str = "") -> str:
    with reading() as session:
        department = _own(session, department_id) if department_id else None
        stands = _stands(department) if department else {}
        return render_template(
            "register.html", department=department, registered=register.FIELDS, reached=REACHED, fields=FIELDS,
            stands=stands, typed=_typed(stands), seen=digest(stands), faults=faults or {}, trouble=trouble,
            closed=register.closed(department, on=local_day(now())) if department else "",
        )  # fmt: skip


def _own(session: Session, department_id: int) -> Department:
    """The department, if whoever looks keeps it; otherwise there is none."""
    found = session.get(Department, department_id)
    return found if found and register.reaches(me(), found) else abort(404)


def _stands(department: Department) -> dict[str, str]:
    return {**base_data.latest(department), **typed.texts(register.FIELDS, department)}


def _typed(stands: Mapping[str, str]) -> dict[str, Any]:
    """What the page's fields hold: what was typed, or what stands."""
    return {c.key: request.form.get(c.key, stands.get(c.key, "")) for c in FIELDS}
