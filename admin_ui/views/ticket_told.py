"""What a ticket's caller was to be told by message: what did not reach him is sent again by hand."""

from datetime import datetime

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me
from admin_ui.views.ticket_taking import take
from dispatch.tickets import caller_told
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission
from hotline.telling import outcomes

blueprint = Blueprint("ticket_told", __name__, url_prefix="/tickets/<number>/told")


@blueprint.post("/<int:delivery_id>/again")
@needs(Permission.REFER)
def again(number: str, delivery_id: int) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        row = next((one for one in caller_told.of(session, ticket) if one.id == delivery_id), None) or abort(404)
        if not outcomes.again(session, row, by=me().login, at=at):
            raise ReferralError(gettext("该消息无需重发，或内容已清除"))

    return take(number, deed)
