"""Phrasings that people brought: decided on by the dozen from the keyboard, pruned, and measured by what they bring."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.gains import gains
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.naming import named
from admin_ui.paging import page_of, wish, wish_code, wish_number
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department, in_service
from hotline.times import local_day
from knowledge_base import approving, hands, measured, pruning
from knowledge_base.entries import Approval, Entry, Phrasing
from knowledge_base.errors import KnowledgeError

blueprint = Blueprint("phrasings", __name__, url_prefix="/phrasings")
SOURCES = ("call", "desk", "web", "asked", "office", "form")
FINDS = 3


@blueprint.get("")
@needs(Permission.PHRASINGS)
def listed() -> ResponseReturnValue:
    """What waits for a decision first; also what is idle, what leads astray, or all in a state."""
    with reading() as session:
        page = page_of(session, _wanted(session), size=20)
        entries = {e.id: e for e in session.scalars(select(Entry).where(Entry.id.in_([p.entry_id for p in page.rows])))}
        return render_template(
            "phrasings.html", page=page, entries=entries, finds={p.id: _finds(session, p.text) for p in page.rows},
            counts=_counts(session), departments=_choice(session), named=_names(session), sources=SOURCES,
            since=measured.measured_at(session), shown=wish("show") or "proposed",
        )  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.PHRASINGS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("说法"), gettext("条目"), gettext("承办单位"), gettext("状态"), gettext("来源"),
              gettext("次数"), gettext("最近使用"), gettext("引对"), gettext("引错"), gettext("审定人"),
              gettext("审定时间"))  # fmt: skip
    with writing() as session:
        named = _names(session)
        rows = session.execute(_wanted(session).add_columns(Entry).limit(MOST_ROWS)).all()
        return csv_of(session, "phrasings", header, (
            (p.text, e.question, named.get(e.department_id, ""), words.APPROVALS[Approval(p.approval)],
             words.SOURCES.get(p.source, p.source), p.heard, p.heard_at, p.led_right, p.led_astray, p.decided_by,
             p.decided_at) for p, e in rows))  # fmt: skip


@blueprint.get("/worth")
@needs(Permission.PHRASINGS)
def worth() -> ResponseReturnValue:
    """What each month's phrasings brought, as it was measured last."""
    with reading() as session:
        months = measured.last(session)
        return render_template("phrasings_worth.html", months=months, picture=gains(months), counts=_counts(session),
                               since=measured.measured_at(session), shown="worth")  # fmt: skip


@blueprint.get("/worth.csv")
@needs(Permission.PHRASINGS)
def export_worth() -> ResponseReturnValue:
    header = (gettext("月份"), gettext("问法"), gettext("重放的询问"), gettext("有此问法：首位命中"),
              gettext("有此问法：前五命中"), gettext("无此问法：首位命中"), gettext("无此问法：前五命中"))  # fmt: skip
    with writing() as session:
        rows = measured.last(session)
        return csv_of(session, "phrasings-worth", header, (
            (f"{m.month:%Y-%m}", m.phrasings, m.askings, m.s1, m.s5, m.s1_without, m.s5_without) for m in rows))


@blueprint.post("/<int:phrasing_id>/approve")
@needs(Permission.PHRASINGS)
def approve(phrasing_id: int) -> ResponseReturnValue:
    return _done(phrasing_id, approving.approve)


@blueprint.post("/<int:phrasing_id>/refuse")
@needs(Permission.PHRASINGS)
def refuse(phrasing_id: int) -> ResponseReturnValue:
    return _done(phrasing_id, approving.refuse)


@blueprint.post("/<int:phrasing_id>/retire")
@needs(Permission.PHRASINGS)
def retire(phrasing_id: int) -> ResponseReturnValue:
    return _done(phrasing_id, approving.retire)


def _done(phrasing_id: int, deed: Callable[..., None]) -> ResponseReturnValue:
    """Decide; a page that works from the keyboard gets the decided line in its place, others the list again."""
    trouble = ""
    try:
        with writing() as session:
            row = _row(session, phrasing_id)
            deed(session, row, by=me(), at=now())
    except KnowledgeError as error:
        trouble = str(error)
        with reading() as session:
            row = _row(session, phrasing_id)
    if "HX-Request" in request.headers:
        return render_template("_phrasing_decided.html", row=row, trouble=trouble)
    flash(trouble or gettext("已保存"), "danger" if trouble else "success")
    return redirect(url_for("phrasings.listed", show=request.args.get("show")), 303)


def _row(session: Session, phrasing_id: int) -> Phrasing:
    query = select(Phrasing).join(Entry).where(Phrasing.id == phrasing_id, hands.entries_of(me()))
    return session.scalar(query) or abort(404)


def _wanted(session: Session) -> Select[Phrasing]:
    query = _shown(session, wish("show")).where(hands.entries_of(me()))
    if (source := wish("source")) in SOURCES:
        query = query.where(Phrasing.source == source)
    if (department := wish_number("department")) is not None:
        query = query.where(Entry.department_id == department)
    return query.where(_meant(session, query, text)) if (text := wish("q")) else query


def _meant(session: Session, query: Select[Phrasing], text: str) -> ColumnElement[bool]:
    """The phrasings that these words name, or whose entry's question they name."""
    said, question = (query.with_only_columns(Phrasing.id, column) for column in (Phrasing.text, Entry.question))
    return or_(Phrasing.id.in_(named(session, text, said, question)), Phrasing.text.contains(text, autoescape=True),
               Entry.question.contains(text, autoescape=True))  # fmt: skip


def _shown(session: Session, show: str) -> Select[Phrasing]:
    if show == "idle":
        since = pruning.listening_since(session)
        return pruning.idle(months=house().settings.phrasing_idle_months, listening_since=since, at=now())
    if show == "astray":
        return pruning.astray()
    query = select(Phrasing).join(Entry)
    if show == "all":
        state = wish_code("state", Approval)
        return (query if state is None else query.where(Phrasing.approval == state)).order_by(Phrasing.id.desc())
    return query.where(Phrasing.approval == Approval.PROPOSED).order_by(Phrasing.heard.desc(), Phrasing.id)


def _counts(session: Session) -> dict[str, int]:
    """How many wait in each list."""
    return {show: session.scalar(select(func.count()).select_from(
                _shown(session, show).where(hands.entries_of(me())).order_by(None).subquery())) or 0
            for show in ("proposed", "idle", "astray")}  # fmt: skip


def _finds(session: Session, text: str) -> list[Entry]:
    """What these words find today."""
    index = house().index.at(session, on=local_day(now()))
    found = (session.get(Entry, match.entry_id) for match in index.search(text, most=FINDS))
    return [entry for entry in found if entry is not None]


def _choice(session: Session) -> list[Department]:
    return [] if Role(me().role) in DEPARTMENTAL else in_service(session, on=local_day(now()))


def _names(session: Session) -> dict[int, str]:
    return {d.id: d.short_name for d in session.scalars(select(Department))}
