"""The telephone in the page signs in: to whose it is, and to nobody else, its secret is told."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from admin_ui import browser_phones
from admin_ui.guards import needs
from admin_ui.house import house, me, now, writing
from hotline import audit
from hotline.accounts.roles import Permission

blueprint = Blueprint("desk_phone", __name__, url_prefix="/desk")


@blueprint.post("/phone")
@needs(Permission.DESK)
def sign_in() -> ResponseReturnValue:
    """Number, address and secret of one's own telephone; kept by no cache, and each telling is noted."""
    number = browser_phones.mine() or abort(404)
    with writing() as session:
        audit.note(session, "phone.secret_told", by=me().login, at=now(), about=("phone", number))
    secret = house().browser_phones.secret(number)
    return {"number": number, "address": browser_phones.address(), "secret": secret}, {"Cache-Control": "no-store"}
