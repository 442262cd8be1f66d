"""Signing an authorisation, on the screen or from paper, and revoking it."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, writing
from admin_ui.views.authorisations import find, show
from hotline.accounts.roles import Permission
from hotline.times import moment_of
from knowledge_base import granting
from knowledge_base.authorisations import Authorisation
from knowledge_base.errors import KnowledgeError
from knowledge_base.seen import ChangedSince, Seen, read

blueprint = Blueprint("authorisation_steps", __name__, url_prefix="/authorisations/<int:authorisation_id>")
Step = Callable[[Session, Authorisation, datetime], None]


@blueprint.post("/sign")
@needs(Permission.SIGN_AUTHORISATION)
def sign(authorisation_id: int) -> ResponseReturnValue:
    def step(session: Session, a: Authorisation, at: datetime) -> None:
        if "read" not in request.form:
            raise KnowledgeError("请确认已阅读授权范围、例外和有效期")
        granting.sign(session, a, by=me(), at=at, seen=_seen())

    return _take(authorisation_id, step, gettext("已签发，自此刻起有效"))


@blueprint.post("/sign-on-paper")
@needs(Permission.AUTHORISE)
def sign_on_paper(authorisation_id: int) -> ResponseReturnValue:
    document, signer = request.form.get("document", ""), request.form.get("signer", "")
    return _take(authorisation_id, lambda s, a, at: granting.sign_on_paper(
        s, a, document=document, signer=signer, by=me(), at=at, seen=_seen()), gettext("已登记纸质签发"))  # fmt: skip


@blueprint.post("/revoke")
@needs(Permission.REVOKE)
def revoke(authorisation_id: int) -> ResponseReturnValue:
    def step(session: Session, a: Authorisation, at: datetime) -> None:
        granting.revoke(session, a, why=request.form.get("why", ""), by=me(), at=at, moment=_moment())

    return _take(authorisation_id, step, gettext("已撤销"))


def _take(authorisation_id: int, step: Step, done: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            step(session, find(session, authorisation_id), now())
    except KnowledgeError as refused:
        since = refused.since if isinstance(refused, ChangedSince) else None
        return show(authorisation_id, trouble=str(refused), since=since), 422
    flash(done, "success")
    return redirect(url_for("authorisations.page", authorisation_id=authorisation_id), 303)


def _seen() -> Seen:
    """The questions that stood on the page when it was signed there."""
    return read(request.form.get("seen", ""))


def _moment() -> datetime | None:
    """The moment by the clock in Yuxi; at once when none is given, refused when it is none."""
    given = request.form.get("moment", "").strip()
    if not given:
        return None
    try:
        return moment_of(given)
    except ValueError:
        raise KnowledgeError("撤销时间填写有误") from None
