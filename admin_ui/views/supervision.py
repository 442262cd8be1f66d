"""督办: what the inspector follows, how it came there, and the letters that are written about it."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import day_in, page_of
from dispatch import letters, reach, supervision
from dispatch.steps import ReferralError
from dispatch.supervision import Demand, Supervision
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")
Deed = Callable[[Session, Supervision, datetime], None]


@blueprint.get("")
@needs(Permission.SUPERVISE)
def listed() -> ResponseReturnValue:
    return _shown()


@blueprint.post("/<int:supervision_id>/letter")
@needs(Permission.SUPERVISE)
def write_letter(supervision_id: int) -> ResponseReturnValue:
    def deed(session: Session, row: Supervision, at: datetime) -> None:
        day = day_in(request.form.get("answer_by", ""))
        if day is None:
            raise ReferralError("请填写回复期限")
        demand = Demand(request.form.get("demands", "")[:1000], day)
        supervision.write_letter(session, row, demand, by=me(), at=at)

    return _done(supervision_id, deed)


@blueprint.post("/<int:supervision_id>/end")
@needs(Permission.SUPERVISE)
def end(supervision_id: int) -> ResponseReturnValue:
    return _done(supervision_id, lambda s, row, at: supervision.end(
        s, row, why=request.form.get("why", "")[:500], by=me(), at=at))  # fmt: skip


@blueprint.get("/<int:supervision_id>/letter.pdf")
@needs(Permission.TICKETS)
def letter(supervision_id: int) -> ResponseReturnValue:
    """The letter, for whoever may see its ticket: the department that it is written to reads it here."""
    with reading() as session:
        row = session.get(Supervision, supervision_id)
        if row is None or not row.letter_serial or reach.ticket(session, row.ticket.number, account=me()) is None:
            abort(404)
        made = letters.pdf(row, session.get_one(Department, row.department_id), settings=house().settings)
    told = {"Content-Disposition": f"inline; filename=letter-{row.letter_year}-{row.letter_serial}.pdf"}
    return Response(made, mimetype="application/pdf", headers=told)


def _done(supervision_id: int, deed: Deed) -> ResponseReturnValue:
    try:
        with writing() as session:
            deed(session, session.get(Supervision, supervision_id, with_for_update=True) or abort(404), now())
    except ReferralError as error:
        return _shown(str(error)), 422
    flash(gettext("已完成"), "success")
    return redirect(url_for("supervision.listed"), 303)


def _shown(trouble: str = "") -> str:
    with reading() as session:
        page = page_of(session, supervision.listed())
        units = {row.id: session.get(Department, row.department_id) for row in page.rows if row.department_id}
        return render_template("supervision.html", page=page, units=units, trouble=trouble, typed=request.form)
