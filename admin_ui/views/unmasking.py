"""Seeing one full number, for a reason that is written down."""

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import me, now, writing
from dispatch.calls import callers
from dispatch.calls.callers import UnmaskError
from dispatch.calls.calls import Call
from dispatch.passed.passed_matters import PassedMatter
from dispatch.tickets import reach
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission

blueprint = Blueprint("unmasking", __name__)


@blueprint.post("/calls/<call_id>/number")
@needs(Permission.UNMASK)
def of_call(call_id: str) -> ResponseReturnValue:
    with writing() as session:
        call = callers.call(session, call_id, account=me()) or abort(404)
        return _shown(call, lambda: callers.unmask(session, call, why=_why(), by=me(), at=now()))


@blueprint.post("/tickets/<number>/number")
@needs(Permission.UNMASK)
def of_ticket(number: str) -> ResponseReturnValue:
    with writing() as session:
        ticket = reach.ticket(session, number, account=me())
        if ticket is None or not reach.inside(me()):
            abort(404)
        return _shown(ticket, lambda: callers.unmask(session, ticket, why=_why(), by=me(), at=now()))


@blueprint.post("/passed/<int:row_id>/number")
@needs(Permission.UNMASK)
def of_passed(row_id: int) -> ResponseReturnValue:
    """Of a matter of 12345 that could not be taken: whoever sees to it may have to ring its caller."""
    with writing() as session:
        row = session.get(PassedMatter, row_id)
        if row is None or not (reach.inside(me()) and me().may(Permission.EXCHANGE)):
            abort(404)

        def unmasked() -> str:
            callers.note_unmasked(session, ("passed_matter", row.id), why=_why(), by=me(), at=now())
            return str(row.content.get("contact", ""))

        return _shown(row, unmasked)


def _why() -> str:
    return request.form.get("why", "").strip()[:500]


def _shown(thing: Call | Ticket | PassedMatter, unmasked: Callable[[], str]) -> ResponseReturnValue:
    try:
        return render_template("_number.html", number=unmasked() or "—")
    except UnmaskError as error:
        return render_template("_unmask.html", thing=thing, there=request.path, trouble=str(error)), 422
