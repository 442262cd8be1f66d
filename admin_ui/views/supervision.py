"""督办: what the inspector follows, how it came there, and the letters that are written about it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import day_in, on_wished_days, page_of, wish, wish_number
from admin_ui.people import who
from admin_ui.words import LETTERS, STATES
from dispatch.tickets import letters, reach, supervising, supervision
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.supervising import Demand
from dispatch.tickets.supervision import Supervision
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")
Deed = Callable[[Session, Supervision, datetime], None]


@blueprint.get("")
@needs(Permission.SUPERVISE)
def listed() -> ResponseReturnValue:
    return _shown()


@blueprint.get("/export.csv")
@needs(Permission.SUPERVISE)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; nothing of callers is in it."""
    header = (gettext("工单"), gettext("标题"), gettext("状态"), gettext("承办单位"), gettext("承办期限"),
              gettext("列入督办"), gettext("列入人"), gettext("理由"), gettext("督办函"),
              gettext("回复期限"))  # fmt: skip
    return csv_in_stretches("supervision", header, _rows, _wanted())


@blueprint.post("/<int:supervision_id>/letter")
@needs(Permission.SUPERVISE)
def write_letter(supervision_id: int) -> ResponseReturnValue:
    def deed(session: Session, row: Supervision, at: datetime) -> None:
        day = day_in(request.form.get("answer_by", ""))
        if day is None:
            raise ReferralError("请填写回复期限")
        demand = Demand(request.form.get("demands", "")[:1000], day)
        supervising.write_letter(session, row, demand, by=me(), settings=house().settings, at=at)

    return _done(supervision_id, deed)


@blueprint.post("/<int:supervision_id>/end")
@needs(Permission.SUPERVISE)
def end(supervision_id: int) -> ResponseReturnValue:
    return _done(supervision_id, lambda s, row, at: supervising.end(
        s, row, why=request.form.get("why", "")[:500], by=me(), at=at))  # fmt: skip


@blueprint.get("/<int:supervision_id>/letter.pdf")
@needs(Permission.TICKETS)
def letter(supervision_id: int) -> ResponseReturnValue:
    """The letter, for whoever may see its ticket, and of departments the one that it is written to; each reading is
    noted."""
    with writing() as session:
        row = session.get(Supervision, supervision_id)
        if row is None or not row.letter_serial or reach.ticket(session, row.ticket.number, account=me()) is None:
            abort(404)
        if Role(me().role) in DEPARTMENTAL and row.department_id != me().department_id:
            abort(404)
        audit.note(session, "letter.read", by=me().login, at=now(), about=("ticket", row.ticket.number),
                   letter=row.letter_number)  # fmt: skip
    with reading() as session:  # the font takes longer than others may wait to write
        row = session.get_one(Supervision, supervision_id)
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
        page = page_of(session, _wanted())
        departments = session.scalars(select(Department).order_by(Department.code)).all()
        units = {unit.id: unit for unit in departments}
        return render_template("supervision.html", page=page, units=units, departments=departments, trouble=trouble,
                               typed=request.form)  # fmt: skip


def _wanted() -> Select[Supervision]:
    """What stands on the list and the query asks for: by words, department, letter and the day it came there."""
    query, text, department = supervision.listed(), wish("q"), wish_number("department")
    letter = wish("letter")
    if text:
        fields = (Ticket.number, Ticket.title, Supervision.why)
        query = query.join(Supervision.ticket).where(or_(*(f.contains(text, autoescape=True) for f in fields)))
    if department is not None:
        held = Supervision.ticket_id.in_(select(Ticket.id).where(Ticket.department_id == department))
        written = Supervision.letter_serial.is_not(None)
        query = query.where(or_(and_(written, Supervision.department_id == department), and_(~written, held)))
    if letter in LETTERS:
        unwritten = Supervision.letter_serial.is_(None)
        query = query.where(unwritten if letter == "none" else ~unwritten)
    return on_wished_days(query, Supervision.at)


def _rows(session: Session, found: Sequence[Supervision]) -> Iterator[tuple[object, ...]]:
    named = {unit.id: unit.name for unit in session.scalars(select(Department))}
    for row in found:
        ticket = row.ticket
        yield (ticket.number, ticket.title, STATES[State(ticket.state)], named.get(row.whose or 0, ""),
               ticket.due_at, row.at, who(row.by), row.why, row.letter_number, row.answer_by)  # fmt: skip
