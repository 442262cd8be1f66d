"""A department passes into another (机构承接): the office sees what would pass on, and takes the step."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish_number
from dispatch.tickets import succeeding
from dispatch.tickets.states import ImpossibleStep
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.succeeding import Left
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, Succession, in_service
from hotline.times import local_day
from knowledge_base.authorisations import versions
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.licences import Licence
from knowledge_base.standing import COUNTING, standings
from knowledge_base.succession import Change, inherit

blueprint = Blueprint("succession", __name__, url_prefix="/succession")


@blueprint.get("")
@needs(Permission.SUCCESSION)
def page() -> ResponseReturnValue:
    return _page(wish_number("predecessor"))


@blueprint.post("")
@needs(Permission.SUCCESSION)
def take() -> ResponseReturnValue:
    said = request.form
    predecessor, successor = number_in(said.get("predecessor", "")), number_in(said.get("successor", ""))
    try:
        with writing() as session:
            change = _change(said.get("change", ""))
            old, new = (session.get(Department, n or 0) or abort(404) for n in (predecessor, successor))
            chosen = [n for n in map(number_in, said.getlist("entries")) if n] if change is Change.SPLIT else None
            passed = inherit(
                session, old, new, change=change, document=said.get("document", ""), by=me(), at=now(),
                days=house().settings.provisional_days, entries=chosen, liaisons="liaisons" in said,
            )  # fmt: skip
    except KnowledgeError as refused:
        return _page(predecessor, trouble=str(refused)), 422
    if any(one.unit.id == predecessor for one in _left()):
        flash(gettext("原部门尚有未办结的工单，请转由承接单位接办"), "warning")
        return redirect(url_for("succession.page", _anchor="left"), 303)
    flash(gettext("已承接：条目%(entries)s个，许可事项%(licences)s个，暂行授权%(leaves)s份", entries=passed.entries,
                  licences=passed.licences, leaves=len(passed.authorisations)), "success")  # fmt: skip
    return redirect(url_for("authorisations.listed", department=successor), 303)


@blueprint.post("/tickets")
@needs(Permission.SUCCESSION)
def pass_tickets() -> ResponseReturnValue:
    """All that a department left goes on, in one step: to who stands for it, or back to be dispatched again."""
    unit, to = (number_in(request.form.get(name, "")) for name in ("unit", "heir"))
    try:
        with writing() as session:
            found = next((one for one in succeeding.left(session, on=local_day(now())) if one.unit.id == unit), None)
            heir = next((one for one in found.heirs if one.id == to), None) if found else None
            if found is None or (heir is None and to is not None):
                raise ReferralError("请选择承接单位")
            passed, back = succeeding.pass_all(session, found.unit, to=heir, why=request.form.get("why", "")[:500],
                                               by=me(), settings=house().settings, at=now())  # fmt: skip
    except (ReferralError, ImpossibleStep) as refused:
        return _page(None, trouble=str(refused)), 422
    flash(gettext("已转由承接单位接办%(passed)s件，收回待派发%(back)s件", passed=passed, back=back), "success")
    return redirect(url_for("succession.page", _anchor="left"), 303)


def _left() -> list[Left]:
    with reading() as session:
        return succeeding.left(session, on=local_day(now()))


def _change(given: str) -> Change:
    try:
        return Change(given)
    except ValueError:
        raise KnowledgeError("请选择机构变动的类别") from None


def _page(predecessor: int | None, *, trouble: str = "") -> str:
    at = now()
    with reading() as session:
        units = in_service(session, on=local_day(at))
        old = next((d for d in units if d.id == predecessor), None)
        before = session.scalars(select(Succession).order_by(Succession.on.desc(), Succession.id.desc())).all()
        named = {d.id: d.name for d in session.scalars(select(Department))}
        return render_template("succession.html", units=units, old=old, trouble=trouble, before=before, named=named,
                               left=succeeding.left(session, on=local_day(at)), **_what_passes(session, old))


def _what_passes(session: Session, old: Department | None) -> dict[str, Any]:
    if old is None:
        return {"entries": [], "licences": [], "leaves": []}
    given = versions(session, old.id)
    how = standings(given, on=local_day(now()), at=now())
    entries = select(Entry).where(Entry.department_id == old.id).order_by(Entry.category, Entry.id)
    licences = select(Licence).where(Licence.department_id == old.id).order_by(Licence.name)
    return {"entries": session.scalars(entries).all(), "licences": session.scalars(licences).all(),
            "leaves": [a for a in given if how[a.id] in COUNTING]}  # fmt: skip
