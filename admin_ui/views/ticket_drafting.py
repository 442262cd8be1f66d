"""A ticket's answer becomes a draft entry with one click."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui.guards import needs
from admin_ui.house import me, now, writing
from admin_ui.views.ticket import show
from dispatch.tickets import drafting, reach
from hotline.accounts.roles import Permission
from knowledge_base.transitions import LifeError

blueprint = Blueprint("ticket_drafting", __name__, url_prefix="/tickets/<number>")


@blueprint.post("/draft")
@needs(Permission.WRITE_ENTRY)
def draft(number: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            ticket = reach.ticket(session, number, account=me()) or abort(404)
            entry_id = drafting.draft_from(session, ticket, by=me(), at=now()).entry_id
    except LifeError as error:
        return show(number, trouble=str(error)), 422
    flash(gettext("已生成条目草稿，请删去个人信息并补充后提交审核"), "success")
    return redirect(url_for("entry_writing.edit", entry_id=entry_id), 303)
