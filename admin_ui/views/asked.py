"""What nobody could find: the office assigns each question, a department works it off."""

from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.naming import Told, named
from admin_ui.paging import number_in, page_of, wish, wish_code, wish_number
from dispatch.answering.decision import Channel
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department, in_service
from hotline.times import local_day
from knowledge_base import gathering, unanswered
from knowledge_base.asked import Asked, Open, Spelling, Unanswered
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.unanswered import AT_WORK

blueprint = Blueprint("asked", __name__, url_prefix="/unanswered")
NEAR, ASKINGS = 5, 50
_told = Told()


@blueprint.get("")
@needs(Permission.UNANSWERED)
def listed() -> ResponseReturnValue:
    """The questions of one's reach, most asked first; for each open one a guess whose it is."""
    with reading() as session:
        page, units = page_of(session, _wanted(session)), _units(session)
        ids = [row.id for row in page.rows]
        return render_template(
            "unanswered.html", page=page, channels=_channels(session, ids),
            guesses=_guesses(session, page.rows, units), spellings=gathering.spellings(session, ids),
            departments=_choice(session), named=_names(units),
        )  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.UNANSWERED)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("问题"), gettext("次数"), gettext("首次询问"), gettext("最近询问"), gettext("渠道"),
              gettext("状态"), gettext("承办单位"), gettext("说明"))  # fmt: skip
    with reading() as session:
        wanted = _wanted(session)
    return csv_in_stretches("unanswered", header, _cells, wanted)


@blueprint.get("/<int:question_id>")
@needs(Permission.UNANSWERED)
def page(question_id: int) -> ResponseReturnValue:
    """One question: who asked it where and how, what comes near to it, and what may be done."""
    with reading() as session:
        row = _row(session, question_id)
        asked = select(Asked).where(Asked.unanswered_id == row.id).order_by(Asked.at.desc()).limit(ASKINGS)
        units = _units(session)
        return render_template(
            "unanswered_question.html", row=row, askings=session.scalars(asked).all(), near=_near(session, row.words),
            guess=_guesses(session, [row], units).get(row.id), departments=_choice(session), named=_names(units),
            entry=session.get(Entry, row.entry_id) if row.entry_id else None, at_work=row.state in AT_WORK,
            office=Role(me().role) not in DEPARTMENTAL, may_draft=unanswered.may_draft(me()),
        )  # fmt: skip


@blueprint.post("/<int:question_id>/assign")
@needs(Permission.UNANSWERED)
def assign(question_id: int) -> ResponseReturnValue:
    return _done(question_id, lambda session, row: unanswered.assign(
        session, row, department=_department(session), by=me(), at=now()))  # fmt: skip


@blueprint.post("/<int:question_id>/draft")
@needs(Permission.UNANSWERED)
def draft(question_id: int) -> ResponseReturnValue:
    """A draft with this question, to be written on."""
    return _done(question_id, lambda session, row: unanswered.becomes_draft(
        session, row, department=_department(session), by=me(), at=now()))  # fmt: skip


@blueprint.post("/<int:question_id>/entry")
@needs(Permission.UNANSWERED)
def is_entry(question_id: int) -> ResponseReturnValue:
    given = number_in(request.form.get("entry", "")) or 0
    return _done(question_id, lambda session, row: unanswered.is_entry(
        session, row, entry=session.get(Entry, given) or abort(404), by=me(), at=now()))  # fmt: skip


@blueprint.post("/<int:question_id>/return")
@needs(Permission.UNANSWERED)
def not_ours(question_id: int) -> ResponseReturnValue:
    why = request.form.get("why", "")
    return _done(question_id, lambda session, row: unanswered.not_ours(session, row, why=why, by=me(), at=now()))


@blueprint.post("/<int:question_id>/dismiss")
@needs(Permission.UNANSWERED)
def dismiss(question_id: int) -> ResponseReturnValue:
    why = request.form.get("why", "")
    return _done(question_id, lambda session, row: unanswered.dismiss(session, row, why=why, by=me(), at=now()))


def _done(question_id: int, deed: Callable[[Session, Unanswered], object]) -> ResponseReturnValue:
    """Do it and go back to where it was done from; what is wrong is said there."""
    gone = False
    try:
        with writing() as session:
            row = _row(session, question_id)
            deed(session, row)
            session.flush()
            gone = session.scalar(select(Unanswered.id).where(
                Unanswered.id == question_id, unanswered.within_reach(me()))) is None  # fmt: skip
    except KnowledgeError as error:
        flash(str(error), "danger")
    else:
        flash(gettext("已保存"), "success")
    if gone or request.form.get("back") == "list":
        return redirect(url_for("asked.listed"), 303)
    return redirect(url_for("asked.page", question_id=question_id), 303)


def _row(session: Session, question_id: int) -> Unanswered:
    query = select(Unanswered).where(Unanswered.id == question_id, unanswered.within_reach(me()))
    return session.scalar(query) or abort(404)


def _wanted(session: Session) -> Select[Unanswered]:
    query = select(Unanswered).where(unanswered.within_reach(me()), Unanswered.count > 0)
    state = wish_code("state", Open)
    if state is not None:
        query = query.where(Unanswered.state == state)
    elif wish("state") != "all":
        query = query.where(Unanswered.state.in_(AT_WORK))
    if (department := wish_number("department")) is not None:
        query = query.where(Unanswered.department_id == department)
    if (channel := wish_code("channel", Channel)) is not None:
        query = query.where(exists().where(Asked.unanswered_id == Unanswered.id, Asked.channel == channel))
    query = query.where(_meant(session, query, text)) if (text := wish("q")) else query
    return query.order_by(Unanswered.count.desc(), Unanswered.last_at.desc(), Unanswered.id)


def _meant(session: Session, query: Select[Unanswered], text: str) -> ColumnElement[bool]:
    """The questions that these words name, also by another spelling that counts for them."""
    own = query.with_only_columns(Unanswered.id, Unanswered.words).order_by(Unanswered.count.desc(), Unanswered.id)
    other = query.with_only_columns(Unanswered.id, Spelling.words).join(
        Spelling, Spelling.unanswered_id == Unanswered.id).order_by(Unanswered.count.desc(), Unanswered.id)  # fmt: skip
    return or_(Unanswered.id.in_(named(session, text, own, other)), Unanswered.words.contains(text, autoescape=True))


def _channels(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    query = select(Asked.unanswered_id, Asked.channel).where(Asked.unanswered_id.in_(ids)).distinct()
    found: dict[int, list[str]] = {}
    for question_id, channel in session.execute(query.order_by(Asked.channel)):
        found.setdefault(question_id or 0, []).append(channel)
    return found


def _guesses(session: Session, rows: Sequence[Unanswered], units: dict[int, Department]) -> dict[int, Department]:
    """Whose an open question may be: whom the caller had chosen, or whose entry comes nearest."""
    if Role(me().role) in DEPARTMENTAL:
        return {}
    still = [row for row in rows if row.state == Open.OPEN]
    index = house().index.at(session, on=local_day(now()))
    nearest = {row.id: _told.nearest(index, row.words) for row in still if row.department_id is None}
    whose = select(Entry.id, Entry.department_id).where(Entry.id.in_(nearest.values()))
    theirs = {row[0]: row[1] for row in session.execute(whose)}
    guessed = {row.id: units.get(row.department_id or theirs.get(nearest.get(row.id, 0), 0)) for row in still}
    return {question_id: unit for question_id, unit in guessed.items() if unit is not None}


def _near(session: Session, text: str) -> list[Entry]:
    index = house().index.at(session, on=local_day(now()))
    ids = [match.entry_id for match in index.search(text, most=NEAR)]
    found = {entry.id: entry for entry in session.scalars(select(Entry).where(Entry.id.in_(ids)))}
    return [found[entry_id] for entry_id in ids if entry_id in found]


def _choice(session: Session) -> list[Department]:
    if Role(me().role) in DEPARTMENTAL:
        return []
    return in_service(session, on=local_day(now()))


def _units(session: Session) -> dict[int, Department]:
    return {unit.id: unit for unit in session.scalars(select(Department))}


def _names(units: dict[int, Department]) -> dict[int, str]:
    return {unit.id: unit.short_name for unit in units.values()}


def _department(session: Session) -> Department:
    """The department that the form names; one's own for a department's people."""
    given = me().department_id if Role(me().role) in DEPARTMENTAL else number_in(request.form.get("department", ""))
    found = session.get(Department, given) if given is not None else None
    if found is None:
        raise KnowledgeError("请选择承办单位")
    return found


def _cells(session: Session, rows: Sequence[Unanswered]) -> Iterator[tuple[object, ...]]:
    named, channels = _names(_units(session)), _channels(session, [r.id for r in rows])
    for r in rows:
        through = "、".join(str(words.CHANNELS.get(Channel(c), c)) for c in channels.get(r.id, []))
        yield (r.words, r.count, r.first_at, r.last_at, through, words.OPEN[Open(r.state)],
               named.get(r.department_id or 0, "") if r.state != Open.OPEN else "", r.why)  # fmt: skip
