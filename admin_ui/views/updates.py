"""The liaison's sitting (基础信息定期更新): all that his department keeps, to confirm or change on one page."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish, wish_code
from admin_ui.views.freshness import terms, things_file
from admin_ui.words import SAID
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from knowledge_base import base_data, reminders
from knowledge_base.confirming import Sat, Sitting, confirm, sittings
from knowledge_base.due import State
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.errors import KnowledgeError
from knowledge_base.reminders import Notice
from knowledge_base.things import Part, Thing, things
from knowledge_base.updates import Reminder

blueprint = Blueprint("updates", __name__, url_prefix="/update")
FIRST_PAGES = frozenset({"tickets.listed", "home.start"})  # where liaisons and leaders arrive
NOTING = FIRST_PAGES | {"updates.page", "updates.sit"}
"""Where whoever opens them has his department's reminder before him."""
WORDS = ("answer", "spoken", "summary", "legal_basis", "section", "phone")
"""The texts of a version that somebody may be told."""
TICKABLE = (Part.ENTRY, Part.AUTHORISATION, Part.LICENCE)


@blueprint.get("")
@needs(Permission.UPDATE)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
@needs(Permission.UPDATE)
def sit() -> ResponseReturnValue:
    """One sitting. What can't be taken is named at its field; everything typed and ticked stays on the page."""
    with reading() as session:
        department = _own(session)
        stands = base_data.latest(department)
    values, faults = base_data.understood(_typed(stands))
    if wrong := _to_mend(faults, stands):
        return _page(faults=wrong), 422
    said = Sitting(base="base" in request.form, seen=request.form.get("seen", ""), values=values, ticked=_ticked(),
                   remark=request.form.get("remark", ""))  # fmt: skip
    try:
        with writing() as session:
            sat = confirm(session, _own(session), said, by=me(), at=now())
    except KnowledgeError as refused:
        return _page(trouble=str(refused)), 422
    _tell(sat)
    return redirect(url_for("updates.page", show=wish("show") or None, part=wish("part") or None), 303)


@blueprint.get("/export.csv")
@needs(Permission.UPDATE)
def export() -> ResponseReturnValue:
    """What is filtered of one's own department, as a file."""
    with writing() as session:
        found = things(session, [_own(session)], at=now())
        return things_file(session, "update", _shown(found))


@blueprint.app_context_processor
def _notice() -> dict[str, Any]:
    return {"update_notice": update_notice}


def update_notice() -> Notice | None:
    """The reminder that stands, where whoever must do something about it arrives, and where he does; who had it before
    him is noted."""
    if request.endpoint not in NOTING or not current_user.account.may(Permission.UPDATE):
        return None
    with reading() as session:
        department = session.get(Department, me().department_id or 0)
        notice = reminders.standing(session, department, settings=house().settings, at=now()) if department else None
    if notice is not None:
        _seen(notice.reminder)
    return notice


def _seen(reminder: Reminder) -> None:
    if reminder.seen_at is None:
        with writing() as session:
            reminders.seen(session.get_one(Reminder, reminder.id), by=me().login, at=now())


def _page(*, faults: Mapping[str, str] | None = None, trouble: str = "") -> str:
    at = now()
    with reading() as session:
        department = _own(session)
        found = things(session, [department], at=at)
        how = {(t.part, t.id): terms(at).state(t) for t in found}
        shown = _shown(found)
        stands = base_data.latest(department)
        return render_template(
            "update.html", department=department, fields=base_data.FIELDS, stands=stands, typed=_typed(stands),
            seen=base_data.digest(department), faults=faults or {}, trouble=trouble, how=how,
            told=_told(session, shown),
            parts=[(part, [t for t in shown if t.part is part]) for part in TICKABLE
                   if wish_code("part", Part) in (None, part)], ticked=_ticked(),
            base=next(t for t in found if t.part is Part.BASE), sittings=sittings(session, department.id, most=5),
            grace_days=house().settings.update_grace_days, total=len(found),
        )  # fmt: skip


def _shown(found: list[Thing]) -> list[Thing]:
    """What the query asks for: all, or what is near or over its day; of one kind, or of all."""
    part, today = wish_code("part", Part), terms(now())
    return [t for t in found if part in (None, t.part)
            and (wish("show") != "due" or today.state(t) is not State.FRESH)]  # fmt: skip


def _own(session: Session) -> Department:
    return session.get(Department, me().department_id or 0) or abort(404)


def _typed(stands: Mapping[str, str]) -> dict[str, str]:
    """What the page's fields hold: what was typed, or what stands."""
    return {key: request.form.get(key, text) for key, text in stands.items()}


def _to_mend(faults: Mapping[str, str], stands: Mapping[str, str]) -> dict[str, str]:
    """What must be mended before the sitting counts: what was typed wrongly, and all that is wrong when the whole is
    said to be right. What was wrong before keeps nobody from confirming his entries."""
    typed, whole = _typed(stands), "base" in request.form
    lines = {key: typed[key].replace("\r\n", "\n").strip() for key in faults}
    return {key: why for key, why in faults.items() if whole or lines[key] != stands[key]}


def _ticked() -> dict[Part, dict[int, int]]:
    """`entry-12=3`: entry 12 as it was in version 3."""
    found: dict[Part, dict[int, int]] = {part: {} for part in TICKABLE}
    for name, value in request.form.items():
        part, _, key = name.partition("-")
        thing, version = number_in(key), number_in(value)
        if part in set(TICKABLE) and thing is not None and version is not None:
            found[Part(part)][thing] = version
    return found


def _told(session: Session, shown: list[Thing]) -> dict[int, list[tuple[str, str]]]:
    """What citizens are told by each entry, by web, machine and operator: who confirms must have every word before
    him."""
    ids = [t.id for t in shown if t.part is Part.ENTRY]
    rows = session.execute(
        select(Entry.id, *(getattr(EntryVersion, name) for name in WORDS))
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.id.in_(ids))
    )
    return {row[0]: [(SAID[name], text) for name, text in zip(WORDS, row[1:], strict=True)] for row in rows}


def _tell(sat: Sat) -> None:
    row = sat.confirmation
    count = len(row.entries) + len(row.authorisations) + len(row.licences) + row.base
    flash(ngettext("已确认%(num)s项", "已确认%(num)s项", count), "success")
    if sat.changed.keys() - base_data.FREE:
        flash(gettext("基本信息已修改，立即生效"), "success")
    if sat.changed.keys() & base_data.FREE:
        flash(gettext("主要职责、内设机构、交通指引的改动，待本部门分管领导或保密审查人审定后公开"), "success")
    if sat.missed:
        titles = "；".join(thing.title for thing in sat.missed[:5])
        flash(gettext("以下内容在您核对时已有新版本，未计入，请重新核对：%(titles)s", titles=titles), "warning")
