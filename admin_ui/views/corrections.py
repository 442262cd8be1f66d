"""Who was told what turned out wrong, and the calls that they are owed (更正告知)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from admin_ui.exports import MOST_ROWS, csv_in_stretches, csv_of_stretches
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import Page, on_wished_days, page_of, page_of_rows, wish, wish_code, wish_number
from admin_ui.showing import again
from admin_ui.stretches import AT_ONCE
from admin_ui.words import CHANNELS, FORMS, OWED, STAGES
from dispatch.answering.decision import Channel
from dispatch.callbacks import correction_list, correction_people, corrections
from dispatch.callbacks.correction_list import REPLY, Owed, Wanted
from dispatch.callbacks.correction_people import Key, Told
from dispatch.callbacks.correction_words import words
from dispatch.tickets import reach
from dispatch.tickets.steps import ReferralError
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.logs import mask
from knowledge_base.authorisations import Form
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.stages import Stage

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")
PEOPLE = 100  # of one page, who are ticked and rung at once


@blueprint.get("")
@needs(Permission.CORRECT)
def listed() -> ResponseReturnValue:
    """The versions that were wrong and that somebody was told."""
    with reading() as session:
        page: Page[EntryVersion] = page_of(session, _wrong())
        departments = session.scalars(select(Department).order_by(Department.code)).all()
        counts = correction_list.counts(session, page.rows)
        return render_template("corrections.html", page=page, entries=_entries(session, page.rows), counts=counts,
                               departments=departments)  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.CORRECT)
def export() -> ResponseReturnValue:
    """What is filtered, as a file: counts, and nobody's number."""
    header = (gettext("问题"), gettext("部门"), gettext("版本"), gettext("状态"), gettext("失效时间"),
              gettext("告知次数"), gettext("尚可安排"))  # fmt: skip
    return csv_in_stretches("corrections", header, _rows, _wrong())


@blueprint.get("/<int:version_id>")
@needs(Permission.CORRECT)
def page(version_id: int) -> ResponseReturnValue:
    with writing() as session:
        version = _found(session, version_id)
        audit.note(session, "correction.read", by=me().login, at=now(), about=("entry", version.entry_id),
                   version=version.number)  # fmt: skip
    return _page(version_id)


@blueprint.get("/<int:version_id>/export.csv")
@needs(Permission.CORRECT)
def export_told(version_id: int) -> ResponseReturnValue:
    """Who is filtered of those who were told, as a file; numbers stay masked, and of a secret caller there is none."""
    header = (gettext("告知时间"), gettext("渠道"), gettext("号码"), gettext("形式"), gettext("通话"),
              gettext("更正告知"), gettext("工单"))  # fmt: skip
    with reading() as session:
        version = _found(session, version_id)
        keys = session.execute(correction_list.listed(version, _wanted()).limit(MOST_ROWS)).all()
    found = [_Stretch(version_id, keys[first : first + AT_ONCE]) for first in range(0, len(keys), AT_ONCE)]
    return csv_of_stretches(f"correction-{version.entry_id}-{version.number}", header, _people, found)


@blueprint.post("/<int:version_id>")
@needs(Permission.CORRECT)
def order(version_id: int) -> ResponseReturnValue:
    """Owe a call to the people whose calls were ticked."""
    try:
        with writing() as session:
            version = _found(session, version_id)
            numbers = correction_list.numbers_of(session, version, request.form.getlist("call")[:PEOPLE])
            made = corrections.order(session, version, numbers, by=me(), settings=house().settings, at=now())
    except ReferralError as error:
        return _page(version_id, trouble=str(error)), 422
    flash(gettext("已安排%(n)s个更正告知回访", n=len(made)), "success")
    return redirect(again(url_for("corrections.page", version_id=version_id)), 303)


def _found(session: Session, version_id: int) -> EntryVersion:
    version = session.get(EntryVersion, version_id)
    return version if version is not None and corrections.was_wrong(session, version) else abort(404)


def _page(version_id: int, *, trouble: str = "") -> str:
    with reading() as session:
        version = session.get_one(EntryVersion, version_id)
        entry = session.get_one(Entry, version.entry_id)
        shown = _listed(session, version)
        return render_template("correction.html", entry=entry, version=version, trouble=trouble, page=shown,
                               nameless=_nameless(session, shown.rows), reply=REPLY,
                               saying=words(session, entry, version, at=now(),
                                            grace_days=house().settings.update_grace_days).text)  # fmt: skip


def _listed(session: Session, version: EntryVersion) -> Page[Told]:
    """A page of those who are filtered: which they are first, and of no others who they are."""
    found = page_of_rows(session, correction_list.listed(version, _wanted()), size=PEOPLE)
    return replace(found, rows=correction_people.told_of(session, version, found.rows))


def _wanted() -> Wanted:
    """By channel, and by whether a call is arranged."""
    channel = REPLY if wish("channel") == REPLY else wish_code("channel", Channel)
    return Wanted(channel=channel, owed=wish_code("owed", Owed))


def _wrong() -> Select[EntryVersion]:
    text, department = wish("q"), wish_number("department")
    query = corrections.wrong_and_told().join(Entry, Entry.id == EntryVersion.entry_id)
    if text:
        asked = func.coalesce(func.nullif(EntryVersion.question, ""), Entry.question)
        query = query.where(asked.contains(text, autoescape=True))
    if department is not None:
        query = query.where(Entry.department_id == department)
    return on_wished_days(query, EntryVersion.ended_at)


def _rows(session: Session, found: Sequence[EntryVersion]) -> Iterator[tuple[object, ...]]:
    entries, counts = _entries(session, found), correction_list.counts(session, found)
    for version in found:
        entry, count = entries[version.entry_id], counts[version.id]
        yield (version.question or entry.question, entry.department.name, version.number,
               STAGES[Stage(version.stage)], version.ended_at, count.told, count.open)  # fmt: skip


def _entries(session: Session, found: Sequence[EntryVersion]) -> dict[int, Entry]:
    query = select(Entry).options(joinedload(Entry.department)).where(Entry.id.in_({v.entry_id for v in found}))
    return {entry.id: entry for entry in session.scalars(query)}


@dataclass(frozen=True)
class _Stretch:
    """Some of those who were told a version, by their keys."""

    version_id: int
    keys: Sequence[Key]

    def rows(self, session: Session) -> list[Told]:
        return correction_people.told_of(session, session.get_one(EntryVersion, self.version_id), self.keys)


def _people(session: Session, told: Sequence[Told]) -> Iterator[tuple[object, ...]]:
    nameless = _nameless(session, told)
    for one in told:
        yield (one.at, CHANNELS[Channel(one.telling.channel)] if one.telling else gettext("工单答复"),
               gettext("保密") if one.key in nameless else mask(one.number),
               FORMS[Form(one.telling.form)] if one.telling else "", one.key, OWED[one.owed],
               one.ticket.number if one.ticket else "")  # fmt: skip


def _nameless(session: Session, told: Sequence[Told]) -> set[str]:
    """Those of whom the person who looks may know nothing: by the call, or by the ticket whose reply it was."""
    hidden = reach.nameless_among(session, [one.call.id for one in told if one.call], account=me())
    tickets = reach.nameless_tickets(session, [one.of for one in told if one.of], account=me())
    return hidden | {one.key for one in told if one.of and one.of.id in tickets}
