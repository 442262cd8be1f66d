"""The steps of a licence item's life, each behind its own permission."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, writing
from admin_ui.paging import number_in
from admin_ui.typed import said
from admin_ui.views.entry_steps import back_to_review
from admin_ui.views.licences import find, show, unchanged
from hotline.accounts.roles import Permission
from knowledge_base import licence_life as life
from knowledge_base import licence_sweeping
from knowledge_base.licences import Licence
from knowledge_base.transitions import LifeError

blueprint = Blueprint("licence_steps", __name__, url_prefix="/licences/<int:licence_id>")
Step = Callable[[Session, Licence, datetime], None]


@blueprint.post("/submit")
@needs(Permission.WRITE_ENTRY)
def submit(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.submit(s, x, by=me(), at=at, why=said("why")))


@blueprint.post("/drop")
@needs(Permission.WRITE_ENTRY)
def drop(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.drop(s, x, why=said("why"), by=me(), at=at))


@blueprint.post("/send-back")
@needs(Permission.CHECK_ENTRY)
def send_back(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.send_back(s, x, why=said("why"), by=me(), at=at))


@blueprint.post("/check")
@needs(Permission.CHECK_ENTRY)
def check(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.check(s, x, by=me(), at=at))


@blueprint.post("/pass")
@needs(Permission.REVIEW)
def pass_review(licence_id: int) -> ResponseReturnValue:
    def step(session: Session, licence: Licence, at: datetime) -> None:
        if "no_secrets" not in request.form:
            raise LifeError(gettext("请确认内容不涉密后再通过"))
        life.pass_review(session, licence, by=me(), at=at)

    return _take(licence_id, step)


@blueprint.post("/refuse")
@needs(Permission.REVIEW)
def refuse(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.refuse(
        s, x, clause=said("clause"), why=said("why"), by=me(), at=at))  # fmt: skip


@blueprint.post("/refer-up")
@needs(Permission.REVIEW)
def refer_up(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.refer_up(s, x, why=said("why"), by=me(), at=at))


@blueprint.post("/take-down")
@needs(Permission.PUBLISH)
def take_down(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: life.take_down(s, x, why=said("why"), by=me(), at=at))


@blueprint.post("/still-fit")
@needs(Permission.REVIEW)
def still_fit(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: licence_sweeping.find_fit(s, x, by=me(), at=at, why=said("why")))


@blueprint.post("/pull")
@needs(Permission.REVIEW)
def pull(licence_id: int) -> ResponseReturnValue:
    return _take(licence_id, lambda s, x, at: licence_sweeping.pull(
        s, x, clause=said("clause"), why=said("why"), by=me(), at=at))  # fmt: skip


@blueprint.post("/link")
@needs(Permission.PUBLISH)
def link(licence_id: int) -> ResponseReturnValue:
    """Which questions speak of the item: what an authorisation by licence item covers follows from it."""
    chosen = {n for n in map(number_in, request.form.getlist("entries")) if n is not None}
    return _take(licence_id, lambda s, x, at: life.link(s, x, entries=chosen, by=me(), at=at))


def _take(licence_id: int, step: Step) -> ResponseReturnValue:
    try:
        with writing() as session:
            licence = find(session, licence_id)
            unchanged(licence)
            step(session, licence, now())
    except LifeError as refused:
        return show(licence_id, trouble=str(refused)), 422
    flash(gettext("已完成"), "success")
    return redirect(back_to_review() or url_for("licences.page", licence_id=licence_id), 303)
