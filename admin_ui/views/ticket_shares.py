"""协办 on a ticket's page: the department in charge wants it, the office asks others, and waits no more for one."""

from datetime import datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me
from admin_ui.paging import number_in
from admin_ui.typed import said
from admin_ui.views.ticket_taking import take
from dispatch.tickets import joint
from dispatch.tickets.shares import Share
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department

blueprint = Blueprint("ticket_shares", __name__, url_prefix="/tickets/<number>/shares")


@blueprint.post("/want")
@needs(Permission.HANDLE)
def want(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: joint.want(s, ticket, why=said("why"), by=me(), at=at))


@blueprint.post("")
@needs(Permission.DISPATCH)
def ask(number: str) -> ResponseReturnValue:
    chosen = number_in(request.form.get("department", "")[:12])

    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        of = session.get(Department, chosen) if chosen is not None else None
        if of is None:
            raise ReferralError(gettext("请选择协办单位"))
        joint.ask(session, ticket, of=of, words=said("words"), by=me(), settings=house().settings, at=at)

    return take(number, deed)


@blueprint.post("/end")
@needs(Permission.DISPATCH)
def end(number: str) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        chosen = number_in(request.form.get("share", "")[:12])
        share = session.get(Share, chosen) if chosen is not None else None
        if share is None or share.ticket_id != ticket.id:
            abort(404)
        joint.end(session, share, why=said("why"), by=me(), at=at)

    return take(number, deed)
