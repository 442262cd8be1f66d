"""The departments behind the hotline: how they are reached, what they came from, who stands for them."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import wish
from admin_ui.register_words import LEVELS
from admin_ui.views.freshness import terms
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department, Succession, exists
from hotline.directory.liaisons import Liaison, duty_list
from hotline.times import local_day
from knowledge_base import base_data, base_sweeping, base_words, hands, register
from knowledge_base.authorisations import of_department
from knowledge_base.entries import Entry, State
from knowledge_base.standing import standings
from knowledge_base.things import Part, Thing, things
from knowledge_base.transitions import LifeError

blueprint = Blueprint("departments", __name__, url_prefix="/departments")
PUBLIC = ("short_name", "aliases", "phone", "supervision_phone", "address", "post_code", "summer_hours", "winter_hours",
          "fax", "email", "web_site", "duties", "sections", "way_there")  # fmt: skip
"""What of the base data anybody may be told: not whom the hotline rings, nor by which number at night."""

STEPS: dict[str, Callable[..., None]] = {
    "check": base_words.check, "send_back": base_words.send_back, "pass_review": base_words.pass_review,
    "refuse": base_words.refuse, "refer_up": base_words.refer_up, "still_fit": base_sweeping.find_fit,
    "pull": base_sweeping.pull,
}  # fmt: skip
SAID = {base_words.send_back: ("why",), base_words.refuse: ("why", "clause"), base_words.refer_up: ("why",),
        base_sweeping.pull: ("why", "clause")}  # fmt: skip
"""What is to be said with a step."""
LACKS: dict[str, Callable[[Department, bool], bool]] = {
    "liaison": lambda _, manned: not manned, "phone": lambda d, _: not d.phone,
    "address": lambda d, _: not d.address, "hours": lambda d, _: not d.office_hours,
}  # fmt: skip
"""What a department may still lack, and whether it does; it is told whether it has a liaison."""


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    with reading() as session:
        return render_template("departments.html", rows=wanted(session), counts=_published(session), levels=LEVELS,
                               counties=words.COUNTIES, today=local_day(now()))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.KNOWLEDGE)
def export() -> ResponseReturnValue:
    """The public side of the departments that are filtered, as a file."""
    header = [gettext("代码"), gettext("名称"), gettext("类别"), gettext("级别"), gettext("县区"),
              *(str(words.BASE_FIELDS[key]) for key in PUBLIC), gettext("上次确认")]  # fmt: skip
    with writing() as session:
        shown = [(d, base_data.texts(d)) for d in wanted(session)]
        rows = [(d.code, d.name, d.category, LEVELS.get(d.level, d.level),
                 words.COUNTIES.get(d.county_code, d.county_code), *(texts[key] for key in PUBLIC), d.confirmed_on)
                for d, texts in shown]  # fmt: skip
        return csv_of(session, "departments", header, rows)


@blueprint.get("/<int:department_id>")
@needs(Permission.KNOWLEDGE)
def page(department_id: int) -> ResponseReturnValue:
    return _page(department_id)


@blueprint.post("/<int:department_id>/words")
@needs(Permission.LEDGER)
def decide(department_id: int) -> ResponseReturnValue:
    """One step of the free words: of what was proposed towards the public, or of what stands at its sweep."""
    step = STEPS.get(request.form.get("deed", "")) or abort(400)
    if step is base_words.pass_review and "no_secrets" not in request.form:
        return _page(department_id, trouble=gettext("请确认内容不涉密后再通过")), 422
    said = {name: request.form.get(name, "") for name in ("seen", *SAID.get(step, ()))}
    try:
        with writing() as session:
            found = session.get(Department, department_id) or abort(404)
            step(session, found, **said, by=me(), at=now())
    except LifeError as refused:
        return _page(department_id, trouble=str(refused)), 422
    flash(gettext("已完成"), "success")
    return redirect(url_for("departments.page", department_id=department_id), 303)


def _page(department_id: int, *, trouble: str = "") -> str:
    """A department's public side for all; its liaisons and authorisations for the hotline and for itself."""
    with reading() as session:
        found = session.get(Department, department_id) or abort(404)
        inside = Role(me().role) not in DEPARTMENTAL or me().department_id == department_id
        given = of_department(session, department_id) if inside else []
        base = next(t for t in things(session, [found], at=now()) if t.part is Part.BASE)
        return render_template("department.html", department=found, inside=inside, given=given,
                               shown=_shown(found, inside=inside), base=base, state=_state(base), trouble=trouble,
                               waiting=base_words.waiting(found) if found.id in hands.inside(session, me()) else [],
                               token=base_words.token(found),
                               may=base_words.doable(found, by=me()), standing=base_words.digest(found),
                               sweeps=base_sweeping.may_sweep(me(), found),
                               how=standings(given, on=local_day(now()), at=now()), kin=_kin(session, department_id),
                               liaisons=duty_list(session, department_id) if inside else [], levels=LEVELS,
                               keeps=register.reaches(me(), found))  # fmt: skip


def _kin(session: Session, department_id: int) -> list[tuple[Succession, Department, bool]]:
    rows = session.scalars(select(Succession).where(
        or_(Succession.predecessor_id == department_id, Succession.successor_id == department_id)
    ).order_by(Succession.on))  # fmt: skip
    return [(s, session.get_one(Department, s.successor_id if s.predecessor_id == department_id else s.predecessor_id),
             s.predecessor_id == department_id) for s in rows]  # fmt: skip


def wanted(session: Session) -> Sequence[Department]:
    """The departments that the query asks for."""
    said, level, county, today = wish("q"), wish("level"), wish("county"), local_day(now())
    query = select(Department).order_by(Department.code)
    if said:
        fields = (Department.name, Department.short_name, Department.code, Department.duties)
        query = query.where(or_(*(f.contains(said, autoescape=True) for f in fields)))
    if level in LEVELS:
        query = query.where(Department.level == level)
    if county in words.COUNTIES:
        query = query.where(Department.county_code == county)
    rows = session.scalars(query).all()
    lacks = LACKS.get(wish("lacks"))
    if lacks is None:
        return rows
    manned = set(session.scalars(select(Liaison.department_id).distinct()))
    return [d for d in rows if exists(d, on=today) and lacks(d, d.id in manned)]


def _published(session: Session) -> dict[int, int]:
    """How many entries of each department are published."""
    query = select(Entry.department_id, func.count()).where(Entry.state == State.PUBLISHED)
    return {int(d): int(n) for d, n in session.execute(query.group_by(Entry.department_id))}


def _shown(department: Department, *, inside: bool) -> list[tuple[str, str]]:
    """The base data that there are, with their names; the numbers that only the hotline rings stay inside."""
    texts = base_data.texts(department)
    return [(str(words.BASE_FIELDS[key]), text) for key, text in texts.items() if text and (inside or key in PUBLIC)]


def _state(base: Thing) -> str:
    return terms(now()).state(base)
