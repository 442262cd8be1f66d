"""The departments behind the hotline: how they are reached, what they came from, who stands for them."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import wish
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department, Succession
from hotline.directory.liaisons import duty_list
from hotline.times import local_day
from knowledge_base.authorisations import of_department
from knowledge_base.entries import Entry, State
from knowledge_base.standing import standings

blueprint = Blueprint("departments", __name__, url_prefix="/departments")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    words = wish("q")
    query = select(Department).order_by(Department.code)
    if words:
        fields = (Department.name, Department.short_name, Department.code, Department.duties)
        query = query.where(or_(*(f.contains(words, autoescape=True) for f in fields)))
    published = select(Entry.department_id, func.count()).where(Entry.state == State.PUBLISHED)
    with reading() as session:
        counts = {int(d): int(n) for d, n in session.execute(published.group_by(Entry.department_id))}
        return render_template("departments.html", rows=session.scalars(query).all(), counts=counts,
                               today=local_day(now()))  # fmt: skip


@blueprint.get("/<int:department_id>")
@needs(Permission.KNOWLEDGE)
def page(department_id: int) -> ResponseReturnValue:
    """A department's public side for all; its liaisons and authorisations for the hotline and for itself."""
    with reading() as session:
        found = session.get(Department, department_id) or abort(404)
        inside = Role(me().role) not in DEPARTMENTAL or me().department_id == department_id
        given = of_department(session, department_id) if inside else []
        return render_template("department.html", department=found, inside=inside, given=given,
                               how=standings(given, on=local_day(now()), at=now()), kin=_kin(session, department_id),
                               liaisons=duty_list(session, department_id) if inside else [])  # fmt: skip


def _kin(session: Session, department_id: int) -> list[tuple[Succession, Department, bool]]:
    rows = session.scalars(select(Succession).where(
        or_(Succession.predecessor_id == department_id, Succession.successor_id == department_id)
    ).order_by(Succession.on))  # fmt: skip
    return [(s, session.get_one(Department, s.successor_id if s.predecessor_id == department_id else s.predecessor_id),
             s.predecessor_id == department_id) for s in rows]  # fmt: skip
