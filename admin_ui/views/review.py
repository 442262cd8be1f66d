"""What waits for me: drafts, checks, reviews, what is to be swept again, phrasings; filtered, paged, as a file."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin_ui import words
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import count_of, page_of_rows, wish, wish_code, wish_number
from admin_ui.views.entry import names_of
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import hands, queues
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion, Phrasing
from knowledge_base.ledger import Kind
from knowledge_base.stages import Stage

blueprint = Blueprint("review", __name__, url_prefix="/review")


class Show(StrEnum):
    """The lists of this page."""

    WAITING = "waiting"
    SWEEP = "sweep"
    PHRASINGS = "phrasings"


@blueprint.get("")
@needs(Permission.LEDGER)
def queue() -> ResponseReturnValue:
    lists = lists_of()
    shown = _shown(lists)
    with reading() as session:
        page = page_of_rows(session, _narrowed(shown, lists[shown]))
        own = hands.within(Department.id, me())
        units = session.scalars(select(Department).where(own).order_by(Department.code)).all()
        return render_template(
            "review.html", page=page, shown=shown, days=house().settings.sweep_again_days,
            stages=queues.stages_of(me()),
            counts={show: count_of(session, query) for show, query in lists.items()}, departments=units,
            units={unit.id: unit.short_name for unit in units}, names=_names(session, shown, page.rows),
            read=_read(session, page.rows) if shown is Show.SWEEP else {},
        )  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.LEDGER)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    lists = lists_of()
    shown = _shown(lists)
    with writing() as session:
        rows = session.execute(_narrowed(shown, lists[shown]).limit(MOST_ROWS)).all()
        header, lines = _as_file(session, shown, rows)
        return csv_of(session, f"review-{shown}", header, lines)


def _shown(lists: dict[Show, queues.Row]) -> Show:
    wanted = wish_code("show", Show)
    return wanted if wanted in lists else Show.WAITING


def lists_of() -> dict[Show, queues.Row]:
    """What waits for the person who looks, list by list, whatever he filters."""
    lists: dict[Show, queues.Row] = {Show.WAITING: queues.waiting(me(), *queues.stages_of(me()))}
    if me().may(Permission.REVIEW):
        lists[Show.SWEEP] = queues.to_sweep(me(), on=local_day(now()), days=house().settings.sweep_again_days)
    if (asked := queues.phrasings(me())) is not None:
        lists[Show.PHRASINGS] = asked
    return lists


def _narrowed(shown: Show, query: queues.Row) -> queues.Row:
    columns = query.selected_columns
    title, unit = ((Phrasing.text, Entry.department_id) if shown is Show.PHRASINGS
                   else (columns.title, columns.department_id))  # fmt: skip
    if (text := wish("q")) != "":
        query = query.where(title.contains(text, autoescape=True))
    if (department := wish_number("department")) is not None:
        query = query.where(unit == department)
    if shown is not Show.PHRASINGS and (kind := wish_code("kind", Kind)) is not None:
        query = query.where(columns.kind == kind)
    if shown is Show.WAITING and (stage := wish_code("stage", Stage)) is not None:
        query = query.where(columns.stage == stage)
    return query


def _as_file(session: Session, shown: Show, rows: Sequence[Any]) -> tuple[tuple[str, ...], Iterator[Sequence[Any]]]:
    units = {int(i): str(n) for i, n in session.execute(select(Department.id, Department.name))}
    names = _names(session, shown, rows)
    if shown is Show.PHRASINGS:
        return (gettext("问法"), gettext("条目"), gettext("部门"), gettext("听到次数")), (
            (p.text, e.question, units.get(e.department_id), p.heard) for p, e in rows)
    if shown is Show.SWEEP:
        return (gettext("类型"), gettext("名称"), gettext("部门"), gettext("最近复查")), (
            (words.KINDS[Kind(r.kind)], r.title, units.get(r.department_id), r.swept_on) for r in rows)
    return (gettext("阶段"), gettext("类型"), gettext("名称"), gettext("部门"), gettext("版本"), gettext("起草"),
            gettext("时间"), gettext("定时发布"), gettext("起草说明")), (
        (words.STAGES[Stage(r.stage)], words.KINDS[Kind(r.kind)], r.title, units.get(r.department_id), r.number,
         names.get(r.written_by, r.written_by), r.since, r.publish_at, r.why) for r in rows)  # fmt: skip


def _read(session: Session, rows: Sequence[Any]) -> dict[int, tuple[EntryVersion, str]]:
    """What each entry says, and its mark: whoever finds it fit must have had every word before him."""
    ids = [r.thing_id for r in rows if r.kind == Kind.ENTRY]
    query = select(EntryVersion).where(EntryVersion.entry_id.in_(ids), EntryVersion.stage == Stage.PUBLISHED)
    return {v.entry_id: (v, digest(v)) for v in session.scalars(query.options(selectinload(EntryVersion.attachments)))}


def _names(session: Session, shown: Show, rows: Sequence[Any]) -> dict[str, str]:
    return names_of(session, [r.written_by for r in rows]) if shown is Show.WAITING else {}
