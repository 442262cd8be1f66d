"""答复模板: a department keeps the texts that its replies are begun with."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import wish
from admin_ui.people import who
from dispatch.tickets import reply_templates
from dispatch.tickets.reply_templates import ReplyTemplate
from dispatch.tickets.steps import ReferralError
from hotline.accounts.roles import Permission

blueprint = Blueprint("reply_templates", __name__, url_prefix="/reply-templates")


@blueprint.get("")
@needs(Permission.HANDLE)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.get("/export.csv")
@needs(Permission.HANDLE)
def export() -> ResponseReturnValue:
    header = (gettext("名称"), gettext("内容"), gettext("维护人"), gettext("时间"))
    with writing() as session:
        return csv_of(session, "reply-templates", header, ((t.name, t.text, who(t.by), t.at) for t in _wanted(session)))


@blueprint.post("")
@needs(Permission.HANDLE)
def write() -> ResponseReturnValue:
    said = {name: request.form.get(name, "")[:most] for name, most in (("name", 100), ("text", 4000))}
    try:
        with writing() as session:
            reply_templates.write(session, name=said["name"], text=said["text"], by=me(), at=now())
    except ReferralError as error:
        return _page(trouble=str(error), **said), 422
    flash(gettext("已保存"), "success")
    return redirect(url_for("reply_templates.listed"), 303)


@blueprint.post("/<int:template_id>/remove")
@needs(Permission.HANDLE)
def remove(template_id: int) -> ResponseReturnValue:
    with writing() as session:
        row = reply_templates.one(session, template_id, me()) or abort(404)
        reply_templates.remove(session, row, by=me(), at=now())
    flash(gettext("已删除"), "success")
    return redirect(url_for("reply_templates.listed"), 303)


def _page(*, trouble: str = "", name: str = "", text: str = "") -> str:
    with reading() as session:
        rows = _wanted(session)
        return render_template("reply_templates.html", rows=rows, trouble=trouble, name=name, text=text)


def _wanted(session: Session) -> list[ReplyTemplate]:
    words = wish("q")
    return [t for t in reply_templates.of(session, me()) if words in t.name or words in t.text]
