"""The freshness board: how much of what each department keeps is confirmed in time, down to the single thing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish, wish_code
from admin_ui.words import FRESHNESS, PARTS
from hotline.accounts.roles import Permission, Role
from hotline.directory.departments import Department, DirectoryError, exists, in_service, set_interval
from hotline.times import local_day
from knowledge_base import reminders
from knowledge_base.chasing import chased
from knowledge_base.confirming import sittings
from knowledge_base.due import State
from knowledge_base.freshness import Freshness, Terms, freshness
from knowledge_base.things import Part, Thing, things
from knowledge_base.turns import plan
from knowledge_base.updates import Reminder

blueprint = Blueprint("freshness", __name__, url_prefix="/freshness")


@blueprint.get("")
@needs(Permission.FRESHNESS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        every = _rows(session, now())
        told = reminders.latest(session)
        owed = chased(session, units(session, now()), settings=house().settings, at=now())
    rows = [row for row in every if _wanted(row)]
    counts = Counter({word: sum(row.counts[word] for row in every) for word in State})
    worst = Counter(row.worst for row in every)
    return render_template("freshness.html", rows=rows, every=every, told=told, counts=counts, worst=worst,
                           terms=terms(now()), unseen=sum(not row.seen for row in owed))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.FRESHNESS)
def export() -> ResponseReturnValue:
    """What is filtered, as a file."""
    header = [gettext("代码"), gettext("部门"), gettext("更新周期（月）"), gettext("按期确认比例"), gettext("应确认"),
              gettext("最近到期日"), gettext("逾期天数"), *(str(FRESHNESS[word]) for word in State),
              gettext("最近提醒"), gettext("已阅")]  # fmt: skip
    with writing() as session:
        told = reminders.latest(session)
        rows = [row for row in _rows(session, now()) if _wanted(row)]
        lines = [
            (r.department.code, r.department.name, r.department.update_every_months, f"{r.percent:.1f}%", r.total,
             r.next_due.isoformat(), r.days_overdue, *(r.counts[word] for word in State), *_reminded(told, r))
            for r in rows
        ]  # fmt: skip
        return csv_of(session, "freshness", header, lines)


@blueprint.get("/<int:department_id>")
@needs(Permission.FRESHNESS)
def page(department_id: int) -> ResponseReturnValue:
    """One department: each thing with its days, longest overdue first."""
    return _page(department_id)


@blueprint.get("/<int:department_id>/export.csv")
@needs(Permission.FRESHNESS)
def export_things(department_id: int) -> ResponseReturnValue:
    """What is filtered of one department's things, as a file."""
    with writing() as session:
        department = reached(session, department_id)
        found = things(session, [department], at=now())
        return things_file(session, f"freshness-{department.code}", [t for t, _ in _shown(found)])


def things_file(session: Session, name: str, shown: Sequence[Thing]) -> Response:
    """Things with their days, as a file."""
    today = terms(now())
    header = (gettext("种类"), gettext("内容"), gettext("上次确认"), gettext("应于"), gettext("逾期天数"),
              gettext("状态"))
    return csv_of(session, name, header, (
        (PARTS[t.part], t.title, t.confirmed_on, t.due_on, today.days_overdue(t.due_on), FRESHNESS[today.state(t)])
        for t in shown))  # fmt: skip


@blueprint.post("/<int:department_id>/interval")
@needs(Permission.INTERVAL)
def interval(department_id: int) -> ResponseReturnValue:
    months = number_in(request.form.get("months", "").strip())
    try:
        with writing() as session:
            set_interval(session, reached(session, department_id), months or 0, by=me().login, at=now())
    except DirectoryError as refused:
        return _page(department_id, trouble=str(refused)), 422
    flash(gettext("已保存"), "success")
    return redirect(url_for("freshness.page", department_id=department_id), 303)


def terms(at: datetime) -> Terms:
    """The terms of today."""
    settings = house().settings
    return Terms(local_day(at), settings.update_grace_days, plan(settings).lead)


def _page(department_id: int, *, trouble: str = "") -> str:
    at = now()
    with reading() as session:
        department = reached(session, department_id)
        found = things(session, [department], at=at)
        (row,) = freshness([department], found, terms=terms(at))
        return render_template(
            "freshness_department.html", department=department, row=row, terms=terms(at), trouble=trouble,
            things=_shown(found), told=reminders.latest(session),
            sittings=sittings(session, department.id), may_set=me().may(Permission.INTERVAL), parts=PARTS,
        )  # fmt: skip


def _shown(found: Iterable[Thing]) -> list[tuple[Thing, State]]:
    """The things that the query asks for, longest overdue first, each with how near to its day it is."""
    part, state, today = wish_code("part", Part), wish_code("state", State), terms(now())
    rows = [(t, today.state(t)) for t in sorted(found, key=lambda t: t.due_on) if part in (None, t.part)]
    return [(t, how) for t, how in rows if state in (None, how)]


def _rows(session: Session, at: datetime) -> list[Freshness]:
    mine = units(session, at)
    return freshness(mine, things(session, mine, at=at), terms=terms(at))


def units(session: Session, at: datetime) -> list[Department]:
    """The departments whose freshness the person who looks may see."""
    return [d for d in in_service(session, on=local_day(at)) if _mine(d)]


def _mine(department: Department) -> bool:
    """A county's office sees its own county."""
    if Role(me().role) is Role.COUNTY_OFFICE:
        return bool(me().county_code) and department.county_code == me().county_code
    return True


def reached(session: Session, department_id: int) -> Department:
    """The department, if the person who looks may see how fresh it is; otherwise there is none."""
    found = session.get(Department, department_id)
    return found if found and _mine(found) and exists(found, on=local_day(now())) else abort(404)


def named(department: Department) -> bool:
    """Whether the department has the name, or the part of one, that the query asks for."""
    words = wish("q")
    names = (department.name, department.short_name, department.code, *department.aliases)
    return not words or any(words in name for name in names)


def _wanted(row: Freshness) -> bool:
    state = wish_code("state", State)
    return named(row.department) and (state is None or row.counts[state] > 0)


def _reminded(told: dict[int, Reminder], row: Freshness) -> tuple[datetime | None, datetime | None]:
    last = told.get(row.department.id)
    return (last.at, last.seen_at) if last else (None, None)
