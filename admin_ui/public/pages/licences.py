"""Licence items: what one may apply for, with which papers, where, and what it costs."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from admin_ui.paging import wish_number
from admin_ui.public import permits
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import reading, today
from admin_ui.public.shelf import on_shelf, page_of
from knowledge_base.entries import Entry

blueprint = Blueprint("licences", __name__, url_prefix="/licences")
limiter.limit(of("public_limit"))(blueprint)


@blueprint.get("")
def listed() -> ResponseReturnValue:
    with reading() as session:
        groups: dict[str, list[permits.Permit]] = {}
        for permit in permits.shown(session):
            groups.setdefault(permit.department.name, []).append(permit)
        return render_template("public/licences.html", groups=groups)


@blueprint.get("/<int:licence_id>")
def page(licence_id: int) -> ResponseReturnValue:
    with reading() as session:
        permit = permits.one(session, licence_id) or abort(404)
        asked = page_of(session, on_shelf(today()).where(Entry.licence_id == licence_id),
                        number=wish_number("page") or 1)  # fmt: skip
        return render_template("public/licence.html", permit=permit, asked=asked)
