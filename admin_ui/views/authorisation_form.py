"""Entering an authorisation or the next version of one: it lets nothing be said until somebody else has signed it."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish_number
from admin_ui.views.authorisations import find, within_reach
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import granting
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.leave import Form, Scope
from knowledge_base.licences import Licence
from knowledge_base.terms import Terms, categories_of

blueprint = Blueprint("authorisation_form", __name__, url_prefix="/authorisations")
NUMBERS = ("licences", "entries", "exclusions")
PATHS = ("categories", "excluded_categories")


@blueprint.get("/new")
@needs(Permission.AUTHORISE)
def new() -> ResponseReturnValue:
    return _page(wish_number("department"), None)


@blueprint.post("/new")
@needs(Permission.AUTHORISE)
def enter() -> ResponseReturnValue:
    return _entered(number_in(request.form.get("department", "")) or me().department_id, None)


@blueprint.get("/<int:authorisation_id>/version")
@needs(Permission.AUTHORISE)
def following(authorisation_id: int) -> ResponseReturnValue:
    with reading() as session:
        a = find(session, authorisation_id)
        waiting = granting.unsigned(session, a.department_id, a.document)
    if waiting is not None:
        flash(gettext("该文号还有待签发的版本，请先签发或撤销"), "warning")
        return redirect(url_for("authorisations.page", authorisation_id=waiting.id))
    return _page(a.department_id, a)


@blueprint.post("/<int:authorisation_id>/version")
@needs(Permission.AUTHORISE)
def follow(authorisation_id: int) -> ResponseReturnValue:
    with reading() as session:
        a = find(session, authorisation_id)
    return _entered(a.department_id, a)


def _entered(department_id: int | None, follows: Authorisation | None) -> ResponseReturnValue:
    try:
        with writing() as session:
            department = _reached(session, department_id) or abort(404)
            before = session.get_one(Authorisation, follows.id) if follows else None
            a = granting.enter(session, department, terms=_terms(), by=me(), at=now(), follows=before)
    except KnowledgeError as refused:
        return _page(department_id, follows, trouble=str(refused)), 422
    flash(gettext("已录入，待签发。签发之前不能据此答复。"), "success")
    return redirect(url_for("authorisations.page", authorisation_id=a.id), 303)


def _terms() -> Terms:
    """What the form says; KnowledgeError when it says no document at all."""
    said = request.form
    try:
        scope, form = Scope(said.get("scope", "")), Form(said.get("form", ""))
        valid_from, valid_to = date.fromisoformat(said.get("valid_from", "")), date.fromisoformat(said["valid_to"])
    except (ValueError, KeyError):
        raise KnowledgeError("请填写授权范围、答复方式和有效期") from None
    return Terms(
        said.get("document", ""), scope, form, valid_from, valid_to, signer=said.get("signer", "")[:60],
        categories=tuple(said.getlist("categories")), licences=_numbers("licences"), entries=_numbers("entries"),
        exclusions=_numbers("exclusions"), excluded_categories=tuple(said.getlist("excluded_categories")),
        remark=said.get("remark", ""),
    )  # fmt: skip


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(n for n in map(number_in, request.form.getlist(name)) if n is not None)


def _page(department_id: int | None, follows: Authorisation | None, *, trouble: str = "") -> str:
    with reading() as session:
        units = session.scalars(select(Department).where(within_reach(Department.id)).order_by(Department.code)).all()
        department = _reached(session, department_id if len(units) > 1 else units[0].id if units else None)
        return render_template(
            "authorisation_form.html", departments=units, department=department, follows=follows, trouble=trouble,
            said=_said(department, follows), **_choices(session, department),
        )  # fmt: skip


def _reached(session: Session, department_id: int | None) -> Department | None:
    return session.scalar(select(Department).where(Department.id == department_id, within_reach(Department.id)))


def _choices(session: Session, department: Department | None) -> dict[str, Any]:
    if department is None:
        return {"entries": [], "licences": [], "categories": []}
    entries = select(Entry).where(Entry.department_id == department.id).order_by(Entry.category, Entry.id)
    licences = select(Licence).where(Licence.department_id == department.id).order_by(Licence.name)
    return {"entries": session.scalars(entries).all(), "licences": session.scalars(licences).all(),
            "categories": sorted(categories_of(session, department.id))}  # fmt: skip


def _said(department: Department | None, follows: Authorisation | None) -> dict[str, Any]:
    """What stands in the fields: what was typed, or what the version before says, or a beginning. Whoever goes on with
    one that ends renews it."""
    if request.method == "POST":
        ticked = {name: set(_numbers(name)) for name in NUMBERS} | {n: set(request.form.getlist(n)) for n in PATHS}
        return {**request.form.to_dict(), **ticked}
    today = local_day(now())
    usual_end = date(today.year + 1, 12, 31)
    if follows is not None:
        texts = ("document", "scope", "form", "signer")
        ending = follows.valid_to <= today + timedelta(days=house().settings.authorisation_warning_days)
        return {**{name: getattr(follows, name) for name in texts}, "valid_from": today,
                "valid_to": usual_end if ending else follows.valid_to,
                **{name: set(getattr(follows, name)) for name in (*NUMBERS, *PATHS)}}  # fmt: skip
    return {"scope": Scope.CATEGORIES, "form": Form.FULL, "signer": department.leader if department else "",
            "valid_from": today, "valid_to": usual_end,
            **{name: set() for name in (*NUMBERS, *PATHS)}}  # fmt: skip
