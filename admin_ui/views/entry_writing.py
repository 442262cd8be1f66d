"""Writing an entry: the form for a new one, for a draft, and for a new version of what stands."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in
from admin_ui.typed import said
from admin_ui.views.entry import find
from admin_ui.views.entry_steps import moment_in
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, in_service
from hotline.times import local, local_day
from knowledge_base import categories, drafts, hands, life
from knowledge_base.content import LONGEST, MOST_KEYWORDS, Content, content_of, digest
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError

blueprint = Blueprint("entry_writing", __name__, url_prefix="/knowledge")
SEPARATORS = str.maketrans(dict.fromkeys("，、；;\n", ","))


@blueprint.get("/new")
@needs(Permission.WRITE_ENTRY)
def new() -> ResponseReturnValue:
    return _form(None, {"question": request.args.get("question", "")[:128], "valid_from": str(local_day(now()))})


@blueprint.post("/new")
@needs(Permission.WRITE_ENTRY)
def begin() -> ResponseReturnValue:
    try:
        with writing() as session:
            version = drafts.begin(session, _content(), department=_department(session), by=me(), at=now(),
                                   why=said("why"), publish_at=moment_in("publish_at"))  # fmt: skip
            _then(session, version)
            entry_id = version.entry_id
    except LifeError as error:
        return _form(None, request.form, trouble=str(error)), 422
    return _done(entry_id)


@blueprint.get("/<int:entry_id>/edit")
@needs(Permission.WRITE_ENTRY)
def edit(entry_id: int) -> ResponseReturnValue:
    with reading() as session:
        entry = _own(session, entry_id)
        version = drafts.under_way(session, entry) or (entry.versions[-1] if entry.versions else None)
        typed = _typed(session, version) if version else {"question": entry.question}
        return _form(entry, typed)


@blueprint.post("/<int:entry_id>/edit")
@needs(Permission.WRITE_ENTRY)
def save(entry_id: int) -> ResponseReturnValue:
    """On a draft that is open, else as a new version beside what stands."""
    try:
        with writing() as session:
            entry = _own(session, entry_id)
            version = drafts.under_way(session, entry)
            if request.form.get("seen", "") != _seen(entry, version):
                raise LifeError(gettext("内容已被他人更新，请核对后重新操作"))
            more = {"why": said("why"), "corrects": "corrects" in request.form, "publish_at": moment_in("publish_at")}
            if version is None:
                version = drafts.revise(session, entry, _content(), by=me(), at=now(), **more)  # type: ignore[arg-type]
            else:
                drafts.edit(session, version, _content(), by=me(), at=now(), **more)  # type: ignore[arg-type]
            _then(session, version)
    except LifeError as error:
        with reading() as session:
            return _form(_own(session, entry_id), request.form, trouble=str(error)), 422
    return _done(entry_id)


def _form(entry: Entry | None, typed: Mapping[str, str], *, trouble: str = "") -> str:
    with reading() as session:
        rows = categories.leaves(categories.standing(session))
        units = in_service(session, on=local_day(now())) if hands.reaches_all(me()) else []
        mine = entry and session.get_one(Entry, entry.id)
        version = drafts.under_way(session, mine) if mine else None
        draft = version if version is not None and version.stage == Stage.DRAFT else None
        seen = typed.get("seen") or (_seen(mine, version) if mine else "")
        return render_template("entry_form.html", entry=mine, draft=draft, busy=draft is None and version, typed=typed,
                               trouble=trouble, leaves=rows, departments=units, longest=LONGEST,
                               most_keywords=MOST_KEYWORDS, seen=seen)  # fmt: skip


def _seen(entry: Entry, version: EntryVersion | None) -> str:
    last = version or (entry.versions[-1] if entry.versions else None)
    return f"{last.number}-{digest(last)}-{last.written_at}" if last else ""  # its day and its reasons are no content


def _typed(session: Session, version: EntryVersion) -> dict[str, str]:
    """What the version says, in the category as it is called now."""
    content = content_of(version)
    texts = {name: str(value or "") for name, value in vars(content).items()}
    texts["keywords"], texts["category"] = "，".join(content.keywords), categories.now_called(session, content.category)
    if version.stage != Stage.DRAFT:  # a new version has its own reasons and its own day
        return texts
    at = f"{local(version.publish_at):%Y-%m-%dT%H:%M}" if version.publish_at else ""
    return {**texts, "why": version.why, "publish_at": at, **({"corrects": "1"} if version.corrects else {})}


def _content() -> Content:
    valid_from = _day("valid_from")
    if valid_from is None:
        raise LifeError(gettext("请填写有效期的起日"))
    texts = {name: request.form.get(name, "").replace("\r\n", "\n") for name in LONGEST}
    words = tuple(request.form.get("keywords", "").translate(SEPARATORS).split(","))
    return Content(keywords=words, valid_from=valid_from, valid_to=_day("valid_to"), **texts)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        if request.form.get(name, "").strip():
            raise LifeError(gettext("日期格式有误")) from None
        return None


def _department(session: Session) -> Department:
    if not hands.reaches_all(me()):
        return session.get(Department, me().department_id) or abort(404)
    chosen = number_in(request.form.get("department", ""))
    unit = session.get(Department, chosen) if chosen is not None else None
    if unit is None:
        raise LifeError(gettext("请选择部门"))
    return unit


def _own(session: Session, entry_id: int) -> Entry:
    entry = find(session, entry_id)
    return entry if hands.sees_inside(session, me(), entry) else abort(404)


def _then(session: Session, version: EntryVersion) -> None:
    if request.form.get("then") == "submit":
        life.submit(session, version, by=me(), at=now())


def _done(entry_id: int) -> ResponseReturnValue:
    submitted = request.form.get("then") == "submit"
    flash(gettext("已提交审核") if submitted else gettext("草稿已保存"), "success")
    return redirect(url_for("knowledge.page", entry_id=entry_id), 303)
