"""Who was told what turned out wrong, and the calls that they are owed (更正告知)."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import page_of
from dispatch import corrections, reach
from dispatch.correction_words import words
from dispatch.referrals import ReferralError
from hotline import audit
from hotline.accounts.roles import Permission
from knowledge_base.entries import Entry, EntryVersion

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")


@blueprint.get("")
@needs(Permission.CORRECT)
def listed() -> ResponseReturnValue:
    """The versions that were wrong and that somebody was told."""
    with reading() as session:
        page = page_of(session, corrections.wrong_and_told())
        entries = {v.entry_id: session.get_one(Entry, v.entry_id) for v in page.rows}
        standing = {v.id: corrections.told_of(session, v) for v in page.rows}
        return render_template("corrections.html", page=page, entries=entries, told=standing)


@blueprint.get("/<int:version_id>")
@needs(Permission.CORRECT)
def page(version_id: int) -> ResponseReturnValue:
    with writing() as session:
        version = _found(session, version_id)
        audit.note(session, "correction.read", by=me().login, at=now(), about=("entry", version.entry_id),
                   version=version.number)  # fmt: skip
    return _page(version_id)


@blueprint.post("/<int:version_id>")
@needs(Permission.CORRECT)
def order(version_id: int) -> ResponseReturnValue:
    """Owe a call to the people whose calls were ticked."""
    try:
        with writing() as session:
            version = _found(session, version_id)
            ticked = set(request.form.getlist("call"))
            numbers = [one.call.caller for one in corrections.told_of(session, version) if one.call.id in ticked]
            made = corrections.order(session, version, numbers, by=me(), settings=house().settings, at=now())
    except ReferralError as error:
        return _page(version_id, trouble=str(error)), 422
    flash(gettext("已安排%(n)s个更正告知回访", n=len(made)), "success")
    return redirect(url_for("corrections.page", version_id=version_id), 303)


def _found(session: Session, version_id: int) -> EntryVersion:
    version = session.get(EntryVersion, version_id)
    return version if version is not None and corrections.was_wrong(session, version) else abort(404)


def _page(version_id: int, *, trouble: str = "") -> str:
    with reading() as session:
        version = _found(session, version_id)
        entry = session.get_one(Entry, version.entry_id)
        told = corrections.told_of(session, version)
        return render_template("correction.html", entry=entry, version=version, trouble=trouble, told=told,
                               nameless=reach.nameless_among(session, [one.call.id for one in told], account=me()),
                               words=words(session, entry, version, at=now(),
                                           grace_days=house().settings.update_grace_days).text)  # fmt: skip
