"""What the hotline knows: the list of entries, and for each what may be said of it, through whom and why."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, case, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading
from admin_ui.naming import named
from admin_ui.paging import page_of, wish, wish_code, wish_number
from admin_ui.views.entry import show
from dispatch.answering.answers import offered_among
from dispatch.answering.decision import Channel
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import direct, hands, hot
from knowledge_base.categories import now_called, standing
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.search.match import worth_showing
from knowledge_base.stages import UNDER_WAY, Stage

blueprint = Blueprint("knowledge", __name__, url_prefix="/knowledge")
NEAR = 20


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    with reading() as session:
        page = page_of(session, wanted(session))
        said = offered_among(session, [e.id for e in page.rows], channel=Channel.OPERATOR, at=now())
        stages = _under_way(session, page.rows) if hands.sees_drafts(me()) else {}
        departments = session.scalars(select(Department).where(own(Department.id)).order_by(Department.code)).all()
        category = now_called(session, wish("category"))
        places = dict.fromkeys([*(row.path for row in standing(session)), *filter(None, [category])])
        return render_template("knowledge.html", page=page, said=said, departments=departments, stages=stages, at=now(),
                               category=category, categories=zip(places, places, strict=True))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.KNOWLEDGE)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("编号"), gettext("直达号"), gettext("部门"), gettext("类别"), gettext("问题"), gettext("状态"),
              gettext("版本"), gettext("办理阶段"), gettext("被问次数"), gettext("最近确认"),
              gettext("最近复查"))  # fmt: skip
    with reading() as session:
        query = wanted(session)
    return csv_in_stretches("knowledge", header, _rows, query)


@blueprint.get("/<int:entry_id>")
@needs(Permission.KNOWLEDGE)
def page(entry_id: int) -> ResponseReturnValue:
    return show(entry_id)


def own(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition that keeps a department's people to their own department; the hotline's see all."""
    return hands.within(column, me()) if Role(me().role) in DEPARTMENTAL else column.is_not(None)


def _rows(session: Session, found: Sequence[Entry]) -> Iterator[tuple[object, ...]]:
    stages = _under_way(session, found) if hands.sees_drafts(me()) else {}
    for e in found:
        yield (e.id, direct.number_of(e.id), e.department.name, e.category, e.question,
               words.ENTRY_STATES[State(e.state)], e.published, words.STAGES[stages[e.id]] if e.id in stages else "",
               e.asked, e.confirmed_on, e.swept_on)  # fmt: skip


def _under_way(session: Session, rows: Sequence[Entry]) -> dict[int, Stage]:
    """Of entries that have a version under way: how far it has come."""
    query = select(EntryVersion.entry_id, EntryVersion.stage).where(
        EntryVersion.entry_id.in_([e.id for e in rows]), EntryVersion.stage.in_(UNDER_WAY),
        hands.version_within(me()),
    )  # fmt: skip
    return {int(entry_id): Stage(stage) for entry_id, stage in session.execute(query)}


def _meant(session: Session, query: Select[Entry], text: str, department: int | None) -> list[int]:
    """The entries that these words name, nearest first: the one whose number they are, published ones by the index that
    everybody asks, then what isn't in it."""
    of = me().department_id if Role(me().role) in DEPARTMENTAL else department
    index = house().index.at(session, on=local_day(now()))
    near = worth_showing(index.search(text, most=NEAR, department=of))
    hidden = query.with_only_columns(Entry.id, Entry.question).where(Entry.state != State.PUBLISHED)
    numbered = [entry_id] if (entry_id := direct.entry_of(text.removesuffix("#"))) is not None else []
    others = named(session, text, hidden.order_by(Entry.id.desc()))
    return list(dict.fromkeys([*numbered, *(m.entry_id for m in near), *others]))


def wanted(session: Session) -> Select[Entry]:
    query = select(Entry).options(joinedload(Entry.department)).where(hands.entries_of(me()))
    text, state, department = wish("q"), wish_code("state", State), wish_number("department")
    if state is not None:
        query = query.where(Entry.state == state)
    if department is not None:
        query = query.where(Entry.department_id == department)
    if (stage := wish_code("stage", Stage)) is not None:
        at_stage = select(EntryVersion.entry_id).where(EntryVersion.stage == stage, hands.version_within(me()))
        query = query.where(Entry.id.in_(at_stage) if hands.sees_drafts(me()) else false())
    if category := now_called(session, wish("category")):
        below = Entry.category.startswith(category + "/", autoescape=True)
        query = query.where(or_(Entry.category == category, below))
    if text:
        rank = {entry_id: place for place, entry_id in enumerate(_meant(session, query, text, department))}
        query = query.where(or_(Entry.id.in_(rank), Entry.question.contains(text, autoescape=True)))
        if rank:
            query = query.order_by(case(rank, value=Entry.id, else_=len(rank)))
    return query.order_by(hot.first(now()), Entry.asked.desc(), Entry.id)
