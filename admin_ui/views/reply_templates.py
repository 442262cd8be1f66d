"""答复模板: a department keeps the texts that its replies are begun with."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from dispatch.tickets import reply_templates
from dispatch.tickets.steps import ReferralError
from hotline.accounts.roles import Permission

blueprint = Blueprint("reply_templates", __name__, url_prefix="/reply-templates")


@blueprint.get("")
@needs(Permission.HANDLE)
def listed() -> ResponseReturnValue:
    return _page()


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
        rows = reply_templates.of(session, me())
        return render_template("reply_templates.html", rows=rows, trouble=trouble, name=name, text=text)
