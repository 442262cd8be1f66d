"""Departments: which there are, how one reaches them, what they answer; an old one names who does its work now."""

from itertools import groupby

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from admin_ui.paging import wish_number
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import reading, today
from admin_ui.public.permits import shown
from admin_ui.public.shelf import counts_by_department, on_shelf, page_of
from hotline.directory.departments import Department, exists, heirs, in_service
from knowledge_base.entries import Entry

blueprint = Blueprint("departments", __name__, url_prefix="/departments")
limiter.limit(of("public_limit"))(blueprint)


@blueprint.get("")
def listed() -> ResponseReturnValue:
    with reading() as session:
        rows = sorted(in_service(session, on=today()), key=lambda d: (d.county_code or "", d.category, d.code))
        groups = [(county, list(members)) for county, members in groupby(rows, key=lambda d: d.county_code or "")]
        return render_template("public/departments.html", groups=groups,
                               counts=counts_by_department(session, on=today()))  # fmt: skip


@blueprint.get("/<int:department_id>")
def page(department_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = session.get(Department, department_id) or abort(404)
        there = exists(found, on=today())
        if not there and (found.effective_from is not None and found.effective_from > today()):
            abort(404)  # it isn't there yet
        return render_template(
            "public/department.html", department=found, exists=there,
            heirs=[] if there else heirs(session, found, on=today()),
            asked=page_of(session, on_shelf(today()).where(Entry.department_id == found.id),
                          number=wish_number("page") or 1),
            licences=shown(session, department_id=found.id),
        )  # fmt: skip
