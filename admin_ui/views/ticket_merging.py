"""合并 on a ticket's page: it goes with another that is the same matter, or is taken out again."""

from datetime import datetime

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me
from admin_ui.typed import said
from admin_ui.views.ticket_taking import take
from dispatch.tickets import merging, reach
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission

blueprint = Blueprint("ticket_merging", __name__, url_prefix="/tickets/<number>")


@blueprint.post("/merge")
@needs(Permission.DISPATCH)
def merge(number: str) -> ResponseReturnValue:
    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        into = reach.ticket(session, said("into").upper(), account=me())
        if into is None:
            raise ReferralError(gettext("请填写要并入的工单编号"))
        merging.merge(session, ticket, into=into, why=said("why"), by=me(), settings=house().settings, at=at)

    return take(number, deed)


@blueprint.post("/unmerge")
@needs(Permission.DISPATCH)
def take_out(number: str) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: merging.take_out(s, ticket, why=said("why"), by=me(), at=at))
