"""联系来电人 on a ticket's page: the liaison's telephone is rung, then the caller's; how it went is written up."""

from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, writing
from admin_ui.paging import number_in
from admin_ui.phones import PhonesError
from admin_ui.views.ticket import show
from admin_ui.views.ticket_taking import take
from dispatch.callbacks import contacting
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission

blueprint = Blueprint("ticket_contact", __name__, url_prefix="/tickets/<number>/contact")


@blueprint.post("")
@needs(Permission.HANDLE)
def ring(number: str) -> ResponseReturnValue:
    """Noted and committed, then the exchange is asked; refused, nobody was rung."""
    placed: list[tuple[CallerContact, str, str]] = []

    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        chosen = number_in(request.form.get("liaison", "")) or 0
        row, own = contacting.ring(session, ticket, liaison_id=chosen, by=me(), settings=house().settings, at=at)
        placed.append((row, ticket.contact, own))

    answer = take(number, deed)
    for row, theirs, own in placed:
        try:
            house().phones.contact(row, theirs, own=own)
        except PhonesError as error:
            with writing() as session:
                contacting.rang_out(session, row.id, at=now())
            return show(number, trouble=str(error)), 422
    return answer


@blueprint.post("/write-up")
@needs(Permission.HANDLE)
def write_up(number: str) -> ResponseReturnValue:
    said = {name: request.form.get(name, "").strip()[:500] for name in ("outcome", "words")}
    return take(number, lambda s, ticket, at: contacting.write_up(s, ticket, **said, by=me(), at=at))
