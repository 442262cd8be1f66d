"""What the ways out need: texts as the carrier has registered them, and the systems that are told by webhook."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, in_service
from hotline.telling import sms, webhooks
from hotline.telling.sms import SmsError
from hotline.telling.webhooks import Webhook, WebhookError
from hotline.times import local_day

blueprint = Blueprint("ways_out", __name__, url_prefix="/ways-out")


@blueprint.get("")
@needs(Permission.TELLING)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/texts/<code>")
@needs(Permission.TELLING)
def register(code: str) -> ResponseReturnValue:
    """Enter a text as it is registered."""
    given = request.form
    return _done(lambda session: sms.register(session, code, text=given.get("text", ""), by=me().login, at=now(),
                                              registered_id=given.get("registered_id", "")))  # fmt: skip


@blueprint.post("/webhooks")
@needs(Permission.TELLING)
def add() -> ResponseReturnValue:
    given = request.form
    return _done(lambda session: webhooks.add(session, given.get("name", ""), given.get("url", ""), by=me().login,
                                              exchange=given.get("exchange") == "1",
                                              department_id=_department(session), at=now()))  # fmt: skip


@blueprint.post("/webhooks/<int:webhook_id>/switch")
@needs(Permission.TELLING)
def switch(webhook_id: int) -> ResponseReturnValue:
    """Have a system told again, or no more."""
    on = request.form.get("on") == "1"
    return _done(lambda session: webhooks.switch(session, _hook(session, webhook_id), on=on, by=me().login, at=now()))


@blueprint.post("/webhooks/<int:webhook_id>/secret")
@needs(Permission.TELLING)
def secret(webhook_id: int) -> ResponseReturnValue:
    """What the other system checks our signature with; that it was looked at is written down."""
    with writing() as session:
        row = _hook(session, webhook_id)
        audit.note(session, "webhook.secret", by=me().login, at=now(), about=("webhook", row.id))
    return render_template("_number.html", number=webhooks.secret_of(row.id, house().settings))


def _done(deed: Callable[[Session], object]) -> ResponseReturnValue:
    try:
        with writing() as session:
            deed(session)
    except (SmsError, WebhookError) as error:
        return _page(str(error)), 422
    flash(gettext("已保存"), "success")
    return redirect(url_for("ways_out.page"), 303)


def _page(trouble: str = "") -> str:
    with reading() as session:
        texts = [sms.words_of(session, code) for code in sms.TEXTS]
        hooks = session.execute(select(Webhook, Department.name).outerjoin(Department).order_by(Webhook.id)).all()
        return render_template("ways_out.html", texts=texts, hooks=hooks, trouble=trouble, typed=request.form,
                               departments=in_service(session, on=local_day(now())))  # fmt: skip


def _department(session: Session) -> int | None:
    chosen = number_in(request.form.get("department", ""))
    return chosen if chosen is not None and session.get(Department, chosen) is not None else None


def _hook(session: Session, webhook_id: int) -> Webhook:
    return session.get(Webhook, webhook_id) or abort(404)
