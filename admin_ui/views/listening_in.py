"""监听 on a call's page: the supervisor's own telephone is rung, and hears the operator who talks in the call."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.phones import PhonesError
from admin_ui.views.call import show
from dispatch.calls import callers, listening_in
from dispatch.calls.calls import Call
from dispatch.calls.listening_in import ListeningError
from hotline.accounts.roles import Permission
from recordings.listening import Purpose

blueprint = Blueprint("listening_in", __name__, url_prefix="/calls/<call_id>/listening-in")


@blueprint.post("")
@needs(Permission.LISTEN_IN)
def begin(call_id: str) -> ResponseReturnValue:
    """The exchange says by which channel the operator talks; it is noted and committed; then the telephone is rung."""
    try:
        _begin(call_id)
    except (ListeningError, PhonesError) as error:
        return show(call_id, str(error)), 422
    return redirect(url_for("call.page", call_id=call_id), 303)


def _begin(call_id: str) -> None:
    with reading() as session:
        extension = listening_in.operator(session, _call(session, call_id), by=me()).extension
    spied = house().phones.talks(call_id, extension)
    with writing() as session:
        listening_in.begin(session, _call(session, call_id), purpose=_purpose(), by=me(), at=now())
    house().phones.listen_in(spied, own=me().extension)


def _call(session: Session, call_id: str) -> Call:
    return callers.call(session, call_id, account=me()) or abort(404)


def _purpose() -> Purpose:
    given = request.form.get("purpose")
    return Purpose(given) if given in set(Purpose) else abort(400)
