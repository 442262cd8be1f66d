"""The steps of an entry's life, each behind its own permission; what can't be done is said on the entry's page."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, writing
from admin_ui.typed import said
from admin_ui.views.entry import find, find_version, show
from dispatch.answering import pinning
from hotline.accounts.roles import Permission
from hotline.times import moment_of
from knowledge_base import life, sweeping
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.transitions import LifeError

blueprint = Blueprint("entry_steps", __name__, url_prefix="/knowledge/<int:entry_id>")
Deed = Callable[[Session, EntryVersion, datetime], None]
Step = Callable[[Session, datetime], None]
Sweep = Callable[[Session, Entry, datetime], None]


def take(entry_id: int, step: Step, *, done: str = "") -> ResponseReturnValue:
    """Take one step and go back to the entry, with what went wrong when it could not be taken."""
    try:
        with writing() as session:
            step(session, now())
    except LifeError as error:
        return show(entry_id, trouble=str(error), typed=request.form), 422
    flash(done or gettext("已完成"), "success")
    return redirect(back_to_review() or url_for("knowledge.page", entry_id=entry_id), 303)


def back_to_review() -> str:
    """The list of the review queue that a step was taken from; empty when it was taken elsewhere."""
    there, _, shown = request.form.get("back", "").partition(" ")
    return url_for("review.queue", show=shown or None) if there == "review" else ""


def _on_version(entry_id: int, number: int, deed: Deed) -> ResponseReturnValue:
    """The step is about what the person had before his eyes, and nothing else."""

    def step(session: Session, at: datetime) -> None:
        version = find_version(session, entry_id, number)
        _seen(version)
        deed(session, version, at)

    return take(entry_id, step)


def _on_standing(entry_id: int, sweep: Sweep) -> ResponseReturnValue:
    """Another look is about the words that the reviewer had before him, too."""

    def step(session: Session, at: datetime) -> None:
        entry = find(session, entry_id)
        _seen(sweeping.standing(session, entry))
        sweep(session, entry, at)

    return take(entry_id, step)


def _seen(version: EntryVersion) -> None:
    if request.form.get("seen") != digest(version):
        raise LifeError(gettext("内容已被他人更新，请核对后重新操作"))


@blueprint.post("/versions/<int:number>/submit")
@needs(Permission.WRITE_ENTRY)
def submit(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.submit(s, v, by=me(), at=at, why=said("why")))


@blueprint.post("/versions/<int:number>/give-up")
@needs(Permission.WRITE_ENTRY)
def give_up(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.withdraw(s, v, by=me(), at=at, why=said("why")))


@blueprint.post("/versions/<int:number>/send-back")
@needs(Permission.CHECK_ENTRY)
def send_back(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.send_back(s, v, by=me(), at=at, why=said("why")))


@blueprint.post("/versions/<int:number>/check")
@needs(Permission.CHECK_ENTRY)
def check(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.check(s, v, by=me(), at=at, why=said("why")))


@blueprint.post("/versions/<int:number>/pass")
@needs(Permission.REVIEW)
def pass_review(entry_id: int, number: int) -> ResponseReturnValue:
    def deed(session: Session, version: EntryVersion, at: datetime) -> None:
        if "no_secrets" not in request.form:
            raise LifeError(gettext("请确认内容不涉密后再通过"))
        life.pass_review(session, version, by=me(), settings=house().settings, at=at, why=said("why"))

    return _on_version(entry_id, number, deed)


@blueprint.post("/versions/<int:number>/refuse")
@needs(Permission.REVIEW)
def refuse(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.refuse(
        s, v, clause=said("clause", 200), by=me(), at=at, why=said("why")))  # fmt: skip


@blueprint.post("/versions/<int:number>/refer-up")
@needs(Permission.REVIEW)
def refer_up(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.refer_up(s, v, by=me(), at=at, why=said("why")))


@blueprint.post("/versions/<int:number>/publish")
@needs(Permission.PUBLISH)
def publish(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.publish(
        s, v, by=me(), settings=house().settings, at=at, why=said("why")))  # fmt: skip


@blueprint.post("/versions/<int:number>/withdraw")
@needs(Permission.PUBLISH)
def withdraw(entry_id: int, number: int) -> ResponseReturnValue:
    return _on_version(entry_id, number, lambda s, v, at: life.withdraw(s, v, by=me(), at=at, why=said("why")))


@blueprint.post("/still-fit")
@needs(Permission.REVIEW)
def still_fit(entry_id: int) -> ResponseReturnValue:
    return _on_standing(entry_id, lambda s, e, at: sweeping.find_fit(s, e, by=me(), at=at, why=said("why")))


@blueprint.post("/pull")
@needs(Permission.REVIEW)
def pull(entry_id: int) -> ResponseReturnValue:
    return _on_standing(entry_id, lambda s, e, at: sweeping.pull(
        s, e, clause=said("clause", 200), by=me(), at=at, why=said("why")))  # fmt: skip


@blueprint.post("/pin")
@needs(Permission.PIN)
def pin(entry_id: int) -> ResponseReturnValue:
    def step(session: Session, at: datetime) -> None:
        until = moment_in("until")
        if until is None:
            raise LifeError(gettext("请填写置顶截止时间"))
        pinning.pin(session, find(session, entry_id), until=until, why=said("why"), by=me(), at=at,
                    most_days=house().settings.pinned_most_days,
                    grace_days=house().settings.update_grace_days)  # fmt: skip

    return take(entry_id, step)


@blueprint.post("/unpin")
@needs(Permission.PIN)
def unpin(entry_id: int) -> ResponseReturnValue:
    return take(entry_id, lambda s, at: pinning.unpin(s, find(s, entry_id), why=said("why"), by=me(), at=at))


def moment_in(name: str) -> datetime | None:
    """A moment by the clock in Yuxi that the form gives; None when it gives none. LifeError for what is no moment: it
    would be published at once."""
    try:
        return moment_of(said(name)) if said(name) else None
    except ValueError:
        raise LifeError(gettext("日期格式有误")) from None
