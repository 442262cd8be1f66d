"""What the hotline knows: entries, and for each what may be said of it, through whom and why."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, case, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading
from admin_ui.paging import page_of, wish, wish_code, wish_number
from admin_ui.views.desk_answers import FAR_OFF
from dispatch.answers import offered
from dispatch.decision import Channel
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.entries import Entry, State

blueprint = Blueprint("knowledge", __name__, url_prefix="/knowledge")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    with reading() as session:
        page = page_of(session, _wanted(session))
        said = {e.id: offered(session, e.id, channel=Channel.OPERATOR, at=now()) for e in page.rows}
        departments = session.scalars(select(Department).where(own(Department.id)).order_by(Department.code)).all()
        return render_template("knowledge.html", page=page, said=said, departments=departments)


@blueprint.get("/<int:entry_id>")
@needs(Permission.KNOWLEDGE)
def page(entry_id: int) -> ResponseReturnValue:
    with reading() as session:
        entry = session.scalar(select(Entry).where(Entry.id == entry_id, own(Entry.department_id))) or abort(404)
        channels = {c: offered(session, entry.id, channel=c, at=now()) for c in Channel}
        version = next((v for v in entry.versions if v.number == entry.published), None)
        return render_template("entry.html", entry=entry, channels=channels,
                               version=version or (entry.versions[-1] if entry.versions else None))  # fmt: skip


def own(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition that keeps a department's people to their own department; the hotline's see all."""
    return column == me().department_id if Role(me().role) in DEPARTMENTAL else true()


def _wanted(session: Session) -> Select[Entry]:
    query = select(Entry).where(own(Entry.department_id))
    words, state, department = wish("q"), wish_code("state", State), wish_number("department")
    if state is not None:
        query = query.where(Entry.state == state)
    if department is not None:
        query = query.where(Entry.department_id == department)
    if words:
        near = house().index.at(session, on=local_day(now())).search(words, most=20)
        rank = {match.entry_id: place for place, match in enumerate(near) if match.score >= FAR_OFF}
        query = query.where(or_(Entry.id.in_(rank), Entry.question.contains(words, autoescape=True)))
        if rank:
            query = query.order_by(case(rank, value=Entry.id, else_=len(rank)))
    return query.order_by(Entry.asked.desc(), Entry.id)
