"""The files of a ticket: put to it, taken from it, and taken home as what they are."""

from datetime import datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.handed_in import allow_a_file, given_file
from admin_ui.house import house, me, now, reading, writing
from admin_ui.sending import sent
from admin_ui.views.ticket import show
from admin_ui.views.ticket_taking import as_seen, take
from dispatch.tickets import reach, ticket_files
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline import audit, files
from hotline.accounts.roles import Permission
from hotline.cabinet import cabinet
from hotline.files import FileRefused, KeptFile

blueprint = Blueprint("ticket_files", __name__, url_prefix="/tickets/<number>/files")
blueprint.url_value_preprocessor(allow_a_file)


@blueprint.post("")
@needs(Permission.TICKETS)
def add(number: str) -> ResponseReturnValue:
    try:
        kept = _kept(number, *given_file())
    except (ReferralError, FileRefused) as refused:
        return show(number, trouble=str(refused), typed=request.form), 422

    def deed(session: Session, ticket: Ticket, at: datetime) -> None:
        ticket_files.add(session, ticket, kept, by=me(), settings=house().settings, at=at)

    return take(number, deed)


def _kept(number: str, name: str, content: bytes) -> KeptFile:
    """It is sealed before the step is taken, if it can be: that takes longer than one may hold the database."""
    if not name:
        raise ReferralError(gettext("请选择文件"))
    with reading() as session:
        ticket = reach.ticket(session, number, account=me()) or abort(404)
        as_seen(ticket)
        ticket_files.fit(session, ticket, name, by=me(), settings=house().settings)
    return files.keep(name, content, settings=house().settings, at=now())


@blueprint.post("/<int:file_id>/remove")
@needs(Permission.TICKETS)
def remove(number: str, file_id: int) -> ResponseReturnValue:
    return take(number, lambda s, ticket, at: ticket_files.remove(s, ticket, file_id, by=me(), at=at))


@blueprint.get("/<int:file_id>")
@needs(Permission.TICKETS)
def download(number: str, file_id: int) -> ResponseReturnValue:
    """Always saved, never shown: nothing in it runs in our name. Who takes it is noted."""
    with reading() as session:
        ticket = reach.ticket(session, number, account=me()) or abort(404)
        found = next((f for f in ticket_files.of(session, ticket, account=me()) if f.id == file_id), None) or abort(404)
    content = cabinet(house().settings).open(found.sha256)
    with writing() as session:
        audit.note(session, "ticket.file_taken", by=me().login, at=now(), about=("ticket", number), sha256=found.sha256)
    return sent(content, media_type=found.media_type, etag=found.sha256, name=found.name)
