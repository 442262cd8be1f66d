"""The forms (附件1, 2, 5 to 8) as Excel: empty ones to fetch, filled ones to hand in, what each would change, put in
and taken back."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui import form_desk, form_filters, words
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.form_desk import FormDesk
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.limits import takes
from admin_ui.paging import Page, page_of, wish, wish_code, wish_number
from admin_ui.people import who
from hotline import audit
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from knowledge_base.forms import applying, exporting
from knowledge_base.forms import writing as sheets
from knowledge_base.forms.archive import LARGEST_FILE
from knowledge_base.forms.columns import Form
from knowledge_base.forms.descriptions import FORMS, handed_in_by
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.imports import AT_WORK, FormImport, State
from knowledge_base.forms.subject import Hand

blueprint = Blueprint("forms", __name__, url_prefix="/forms")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("refused", "new", "changed", "same")
"""Kinds of rows, in the order in which a preview shows them."""
SHOWN = 50  # rows of a preview on one page


@blueprint.record
def _open_desk(setup: Any) -> None:
    setup.app.extensions["form_desk"] = FormDesk()


@blueprint.get("")
@needs(Permission.FORMS)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.get("/export.csv")
@needs(Permission.FORMS)
def export_list() -> ResponseReturnValue:
    """The imports that the list shows, as a file."""
    header = (gettext("编号"), gettext("附件号"), gettext("文件"), gettext("上传人"), gettext("时间"), gettext("状态"),
              gettext("新增行"), gettext("修改行"), gettext("不变行"), gettext("退回行"))  # fmt: skip
    with writing() as session:
        found = session.scalars(_wanted().limit(MOST_ROWS)).all()
        return csv_of(session, "form_imports", header, (
            (f.id, f.form, f.file, who(f.by), f.at, words.IMPORT_STATES[State(f.state)],
             *(f.counts.get(k, 0) for k in ("new", "changed", "same", "refused"))) for f in found
        ))  # fmt: skip


@blueprint.get("/empty/<annex>.xlsx")
@needs(Permission.FORMS)
def empty(annex: str) -> ResponseReturnValue:
    """A form to be filled in, with today's drop-down lists."""
    form = _forms().get(annex) or abort(404)
    with reading() as session:
        options = exporting.options(session, only=_only())
    return _file(sheets.empty(form, options=options, at=now()), f"附件{annex}-{form.name}-空白表")


@blueprint.get("/filled/<annex>.xlsx")
@needs(Permission.FORMS)
def filled(annex: str) -> ResponseReturnValue:
    """What the list with this query shows, as a form that can be changed and handed in again; without any, all."""
    form = _forms().get(annex) or abort(404)
    with writing() as session:
        audit.note(session, "exported", by=me().login, at=now(), about=("form", annex), query=dict(request.args))
    try:
        with reading() as session:
            content = exporting.export(session, form, form_filters.wanted(session, annex), only=_only(), at=now())
    except FormError as error:
        return _page(trouble=str(error)), 422
    return _file(content, f"附件{annex}-{form.name}")


@blueprint.post("")
@needs(Permission.FORMS)
@takes(LARGEST_FILE + 100_000)
def hand_in() -> ResponseReturnValue:
    """Take a file; it is read while the next page shows how far that is."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(trouble=gettext("请先选择要上传的 Excel 文件")), 422
    content, name = file.read(), file.filename.replace("\\", "/").rpartition("/")[2]
    hand, database = _hand(), house().database
    with writing() as session:
        form = FormImport(form="", file=_short(name), sha256=hashlib.sha256(content).hexdigest(), by=hand.by,
                          at=hand.at, department_id=hand.only, state=State.READING, moved_at=hand.at)  # fmt: skip
        session.add(form)
        session.flush()
        audit.note(session, "form.handed_in", by=hand.by, at=hand.at, about=("form_import", form.id), file=form.file,
                   sha256=form.sha256)  # fmt: skip
    try:
        _desk().take(lambda: form_desk.read(database, form.id, content, name, hand))
    except FormError as error:
        with writing() as session:
            session.delete(session.get_one(FormImport, form.id))
        return _page(trouble=str(error)), 503
    return redirect(url_for("forms.page", import_id=form.id), 303)


@blueprint.get("/imports/<int:import_id>")
@needs(Permission.FORMS)
def page(import_id: int) -> ResponseReturnValue:
    """What an import would change, or has changed, row by row; or how far the work is."""
    with reading() as session:
        form = form_desk.within(session, import_id, _only()) or abort(404)
        departments = _departments(session)
    kind = wish("kind") if wish("kind") in KINDS else next((k for k in KINDS if _rows(form, k)), "new")
    return render_template("forms_import.html", form=form, annex=FORMS.get(form.form), at_work=form.at_work(now()),
                           departments=departments, kind=kind, rows=_part(_rows(form, kind)),
                           cut_off=form.state in AT_WORK and not form.at_work(now()))  # fmt: skip


@blueprint.get("/imports/<int:import_id>/progress")
@needs(Permission.FORMS)
def progress(import_id: int) -> ResponseReturnValue:
    """The bar; when the work is done, the page is loaded anew."""
    with reading() as session:
        form = form_desk.within(session, import_id, _only()) or abort(404)
    if not form.at_work(now()):
        return Response(headers={"HX-Refresh": "true"})
    return render_template("forms_progress.html", form=form)


@blueprint.post("/imports/<int:import_id>/apply")
@needs(Permission.FORMS)
def apply(import_id: int) -> ResponseReturnValue:
    """Put in the accepted rows, while the page shows how far that is."""
    hand, database = _hand(), house().database
    try:
        with writing() as session:
            applying.claim(session, form_desk.within(session, import_id, _only()) or abort(404), at=hand.at)
        _desk().take(lambda: form_desk.apply(database, import_id, hand))
    except FormError as error:
        flash(str(error), "danger")
    return redirect(url_for("forms.page", import_id=import_id), 303)


@blueprint.post("/imports/<int:import_id>/undo")
@needs(Permission.FORMS)
def undo(import_id: int) -> ResponseReturnValue:
    """Restore what was there before the import, while the page shows that it is being done."""
    hand, database = _hand(), house().database
    try:
        with writing() as session:
            applying.claim_undo(session, form_desk.within(session, import_id, _only()) or abort(404), at=hand.at)
        _desk().take(lambda: form_desk.undo(database, import_id, hand))
    except FormError as error:
        flash(str(error), "danger")
    return redirect(url_for("forms.page", import_id=import_id), 303)


@blueprint.get("/imports/<int:import_id>/refused.xlsx")
@needs(Permission.FORMS)
def refused(import_id: int) -> ResponseReturnValue:
    """The refused rows with their reasons, to be corrected and handed in again."""
    with reading() as session:
        form = form_desk.within(session, import_id, _only()) or abort(404)
        options = exporting.options(session, only=_only())
    annex = FORMS.get(form.form) or abort(404)
    return _file(sheets.sent_back(annex, form.refused, options=options, at=now()), f"附件{form.form}-退回行-{form.id}")


def _page(*, trouble: str = "") -> str:
    with reading() as session:
        units = _departments(session)
        return render_template("forms.html", page=page_of(session, _wanted()), annexes=_forms(), trouble=trouble,
                               units=units, largest=LARGEST_FILE, office=_only() is None)  # fmt: skip


def _wanted() -> Select[FormImport]:
    query = select(FormImport).order_by(FormImport.id.desc())
    if _only() is not None:
        query = query.where(FormImport.department_id == _only())
    if wish("form") in FORMS:
        query = query.where(FormImport.form == wish("form"))
    if (state := wish_code("state", State)) is not None:
        query = query.where(FormImport.state == state)
    if wish("q"):
        query = query.where(FormImport.file.contains(wish("q"), autoescape=True))
    return query


def _departments(session: Session) -> dict[int, str]:
    return {unit.id: unit.short_name for unit in session.scalars(select(Department))}


def _rows(form: FormImport, kind: str) -> list[dict[str, Any]]:
    return form.refused if kind == "refused" else [row for row in form.rows if row["how"] == kind]


def _part(rows: list[dict[str, Any]]) -> Page[dict[str, Any]]:
    last = max(1, -(-len(rows) // SHOWN))
    number = min(max(1, wish_number("page") or 1), last)
    return Page(rows[(number - 1) * SHOWN : number * SHOWN], len(rows), number, last)


def _hand() -> Hand:
    return applying.hand_of(me().login, _only(), at=now())


def _only() -> int | None:
    """The department that somebody hands in for; None for the office, which does for all."""
    return (me().department_id or 0) if Role(me().role) in DEPARTMENTAL else None


def _forms() -> Mapping[str, Form]:
    """The forms that whoever asks may hand in."""
    return handed_in_by(_only())


def _desk() -> FormDesk:
    desk: FormDesk = current_app.extensions["form_desk"]
    return desk


def _short(name: str) -> str:
    seen = "".join(c for c in name if c.isprintable())
    return seen if len(seen) <= 120 else seen[:100] + "…" + seen[-18:]


def _file(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")
