"""Licence items (附件6): the list, one item with what citizens see beside what is under way, and its editing."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in, wish, wish_code, wish_number
from admin_ui.views.authorisations import within_reach
from dispatch.answering.answers import offered_among
from dispatch.answering.decision import Channel
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from knowledge_base import hands, licence_life, licence_versions
from knowledge_base.entries import Entry
from knowledge_base.ledger import Deed
from knowledge_base.licence_text import LISTS, LONGEST, MUST, NAMES, LicenceText, digest, read, text_of
from knowledge_base.licences import Licence
from knowledge_base.stages import UNDER_WAY, Stage
from knowledge_base.transitions import LifeError, transition

blueprint = Blueprint("licences", __name__, url_prefix="/licences")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    with reading() as session:
        units = session.scalars(select(Department).where(within_reach(Department.id)).order_by(Department.code)).all()
        linked = select(Entry.licence_id, func.count()).where(Entry.licence_id.is_not(None)).group_by(Entry.licence_id)
        counts = {i: int(n) for i, n in session.execute(linked)}
        return render_template("licences.html", rows=wanted(session), departments=units, counts=counts,
                               inside=hands.inside(session, me()))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.KNOWLEDGE)
def export() -> ResponseReturnValue:
    """What is filtered, as a file, with all that the public sees of it."""
    header = [gettext("部门"), gettext("版本"), gettext("阶段"), *NAMES.values()]
    with writing() as session:
        lines, own = [], hands.inside(session, me())
        for licence, department in wanted(session):
            text = _said(licence, own)
            said = ["\n".join(getattr(text, n)) if n in LISTS else getattr(text, n) for n in NAMES]
            lines.append((department.name, licence.version, words.STAGES[Stage(licence.stage)], *said))
        return csv_of(session, "licences", header, lines)


@blueprint.get("/<int:licence_id>")
@needs(Permission.KNOWLEDGE)
def page(licence_id: int) -> ResponseReturnValue:
    return show(licence_id)


@blueprint.get("/new")
@needs(Permission.WRITE_ENTRY)
def new() -> ResponseReturnValue:
    return _form(None)


@blueprint.post("/new")
@needs(Permission.WRITE_ENTRY)
def begin() -> ResponseReturnValue:
    text = read(request.form)
    try:
        with writing() as session:
            wanted = number_in(request.form.get("department", "")) or me().department_id
            department = session.get(Department, wanted or 0) or abort(404)
            made = licence_life.begin(session, department, text, by=me(), at=now(), why=request.form.get("why", ""))
    except LifeError as refused:
        return _form(None, text, trouble=str(refused)), 422
    flash(gettext("已保存草稿"), "success")
    return redirect(url_for("licences.page", licence_id=made.id), 303)


@blueprint.get("/<int:licence_id>/edit")
@needs(Permission.WRITE_ENTRY)
def edit(licence_id: int) -> ResponseReturnValue:
    with reading() as session:
        licence = find(session, licence_id)
    if not _free(licence):
        flash(gettext("第%(n)s版正在办理，办完或放弃后才能起草新版。", n=licence.version), "warning")
        return redirect(url_for("licences.page", licence_id=licence_id))
    return _form(licence_id)


@blueprint.post("/<int:licence_id>/edit")
@needs(Permission.WRITE_ENTRY)
def write(licence_id: int) -> ResponseReturnValue:
    text = read(request.form)
    try:
        with writing() as session:
            licence = find(session, licence_id)
            unchanged(licence)
            licence_life.edit(session, licence, text, by=me(), at=now(), why=request.form.get("why", ""))
    except LifeError as refused:
        return _form(licence_id, text, trouble=str(refused)), 422
    flash(gettext("已保存草稿"), "success")
    return redirect(url_for("licences.page", licence_id=licence_id), 303)


def show(licence_id: int, *, trouble: str = "") -> str:
    """One item's page, with what went wrong when a step could not be taken."""
    with reading() as session:
        licence = find(session, licence_id)
        keeps = licence.department_id in hands.inside(session, me())
        rows = licence_life.history(session, licence) if keeps else []
        people = {row.by for row in rows}
        named = session.execute(select(Account.login, Account.name).where(Account.login.in_(people)))
        linked = select(Entry).where(Entry.licence_id == licence.id, hands.entries_of(me())).order_by(Entry.id)
        entries = session.scalars(linked).all()
        own = select(Entry).where(Entry.department_id == licence.department_id).order_by(Entry.category, Entry.id)
        shown = read(licence.shown) if licence.shown else None
        draft = text_of(licence) if keeps and (shown is None or text_of(licence) != shown) else None
        return render_template(
            "licence.html", licence=licence, shown=shown, draft=draft, names=NAMES, lists=LISTS, inside=keeps,
            rows=rows[::-1], named={str(a): str(b) for a, b in named}, entries=entries, may=_may(licence),
            own=session.scalars(own).all() if me().may(Permission.PUBLISH) else [],
            told=offered_among(session, [e.id for e in entries], channel=Channel.OPERATOR, at=now()),
            kept=licence_versions.versions(session, licence) if keeps else [],
            under_way=licence.stage in UNDER_WAY, trouble=trouble, seen=mark(licence),
        )  # fmt: skip


def find(session: Session, licence_id: int) -> Licence:
    """The item, if it is one that the person who looks may see; others than its keepers see what is public."""
    query = select(Licence).where(Licence.id == licence_id, within_reach(Licence.department_id))
    found = session.scalar(query)
    if found is None or (found.shown is None and found.department_id not in hands.inside(session, me())):
        abort(404)
    return found


def mark(licence: Licence) -> str:
    """Of what somebody has before him: which version, how far it has come, and every word of it."""
    return f"{licence.version}{licence.stage}-{digest(text_of(licence))}"


def unchanged(licence: Licence) -> None:
    """LifeError when it is no longer what the form was filled in for."""
    if request.form.get("version") != mark(licence):
        raise LifeError(gettext("内容已被他人更新，请核对后重新操作"))


def _said(licence: Licence, own: Collection[int]) -> LicenceText:
    """What an item says to who sees these departments' drafts."""
    return text_of(licence) if licence.department_id in own or not licence.shown else read(licence.shown)


def wanted(session: Session) -> list[tuple[Licence, Department]]:
    query = select(Licence, Department).join(Department, Department.id == Licence.department_id)
    query = query.where(within_reach(Licence.department_id)).order_by(Department.code, Licence.name)
    text, stage, department = wish("q"), wish_code("stage", Stage), wish_number("department")
    own = hands.inside(session, me())
    query = query.where(or_(Licence.shown.is_not(None), Licence.department_id.in_(own)))
    if stage is not None:
        query = query.where(Licence.stage == stage)
    if department is not None:
        query = query.where(Licence.department_id == department)
    found = [(licence, unit, _said(licence, own)) for licence, unit in session.execute(query)]
    return [(licence, unit) for licence, unit, said in found if text in said.name or text in said.conditions]


def _may(licence: Licence) -> set[str]:
    """The steps that the person who looks may ask for now; the step itself looks at whose hands it went through."""
    deeds = (Deed.SUBMITTED, Deed.SENT_BACK, Deed.CHECKED, Deed.PASSED, Deed.REFUSED, Deed.REFERRED_UP)
    may = {str(deed) for deed in deeds if _open(licence, deed)}
    if me().may(Permission.WRITE_ENTRY) and _free(licence):
        may.add("edit")
    if me().may(Permission.WRITE_ENTRY) and licence.stage in UNDER_WAY:
        may.add("drop")
    if me().may(Permission.PUBLISH):
        may |= {"link"} | ({"take_down"} if licence.shown else set())
    if me().may(Permission.REVIEW) and licence.shown:
        may |= {"still_fit", "pull"}
    return may


def _free(licence: Licence) -> bool:
    """Whether it may be written at: nobody checks or reviews a version of it."""
    return licence.stage == Stage.DRAFT or licence.stage not in UNDER_WAY


def _open(licence: Licence, deed: Deed) -> bool:
    try:
        needs_ = transition(Stage(licence.stage), deed).needs
    except LifeError:
        return False
    return needs_ is not None and me().may(needs_)


def _form(licence_id: int | None, text: LicenceText | None = None, *, trouble: str = "") -> str:
    """The fields with what was typed, or what the item says."""
    with reading() as session:
        units = session.scalars(select(Department).where(within_reach(Department.id)).order_by(Department.code)).all()
        licence = find(session, licence_id) if licence_id is not None else None
    text = text or (text_of(licence) if licence else read({}))
    said: dict[str, Any] = {n: "\n".join(getattr(text, n)) if n in LISTS else getattr(text, n) for n in NAMES}
    return render_template("licence_form.html", licence=licence, said=said, departments=units, names=NAMES,
                           longest=LONGEST, must=MUST, lists=LISTS, trouble=trouble, typed=request.form,
                           seen=request.form.get("version") or (mark(licence) if licence else ""))  # fmt: skip
