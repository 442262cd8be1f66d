"""The list of tickets: each sees his own, and his turn first."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import page_of, wish, wish_code, wish_days, wish_number
from admin_ui.refusals import said
from dispatch.tickets import reach, referrals, worklist
from dispatch.tickets.list_order import common
from dispatch.tickets.states import ImpossibleStep, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, Urgency
from dispatch.tickets.worklist import Wanted
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department

AT_ONCE = 100
blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")


@blueprint.get("")
@needs(Permission.TICKETS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        wanted = _wanted(session)
        page = page_of(session, *worklist.parts(me(), wanted, at=now()))
        mine = set(session.scalars(select(Ticket.id).where(Ticket.id.in_([t.id for t in page.rows]),
                                                           worklist.my_turn(me()))))  # fmt: skip
        return render_template("tickets.html", page=page, mine=mine, wanted=wanted, departments=_choice(session))


@blueprint.get("/export.csv")
@needs(Permission.TICKETS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; neither numbers nor names of callers are in it."""
    header = (gettext("编号"), gettext("类别"), gettext("状态"), gettext("标题"), gettext("承办单位"),
              gettext("登记时间"), gettext("承办期限"), gettext("承诺期限"))  # fmt: skip
    with reading() as session:
        parts = worklist.parts(me(), _wanted(session), at=now())
    return csv_in_stretches("tickets", header, _rows, *parts)


@blueprint.post("/accept")
@needs(Permission.HANDLE)
def accept() -> ResponseReturnValue:
    """Accept several at once: only what was opened, each for itself."""
    numbers = list(dict.fromkeys(request.form.getlist("ticket")))[:AT_ONCE]
    refused = {number: why for number in numbers if (why := _refusal(number))}
    if taken := len(numbers) - len(refused):
        flash(ngettext("已签收%(num)s件", "已签收%(num)s件", taken), "success")
    for number, why in refused.items():
        flash(f"{number}：{said(why)}", "danger")
    return redirect(url_for("tickets.listed", mine=wish("mine") or None), 303)


def _refusal(number: str) -> str:
    """Accept one; in words, why it can't be."""
    try:
        with writing() as session:
            if (ticket := reach.ticket(session, number, account=me())) is None:
                return str(gettext("没有该工单"))
            referrals.accept(session, ticket, by=me(), at=now())
    except (ReferralError, ImpossibleStep) as error:
        return str(error)
    except StaleDataError:
        return str(gettext("工单已被他人更新，请核对后重新操作"))
    return ""


def _rows(session: Session, found: Sequence[Ticket]) -> Iterator[tuple[object, ...]]:
    named = {d.id: d.name for d in session.scalars(select(Department))}
    for t in found:
        yield (t.number, words.CLASSES[Klass(t.klass)], words.STATES[State(t.state)], t.title,
               named.get(t.department_id or 0, ""), t.intake_at, t.due_at, t.promised_by)  # fmt: skip


def _wanted(session: Session) -> Wanted:
    (since, until), text, source = wish_days(), wish("q"), wish("source")
    return Wanted(text=text, common=bool(text) and common(session, text), state=wish_code("state", State),
                  klass=wish_code("class", Klass), department_id=wish_number("department"),
                  overdue=wish("overdue") == "1", late=wish("late") == "1", my_turn=wish("mine") == "1",
                  rules_id=wish_number("rules"), urgency=wish_code("urgency", Urgency),
                  source=source if source in words.LODGED else "", since=since, until=until)  # fmt: skip


def _choice(session: Session) -> list[Department]:
    if Role(me().role) in DEPARTMENTAL:
        return []
    return list(session.scalars(select(Department).order_by(Department.code)))
