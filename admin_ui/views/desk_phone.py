"""The telephone in the page signs in: whose it is, and nobody else, is told a password that was made just now."""

import secrets

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from admin_ui import browser_phones
from admin_ui.guards import needs
from admin_ui.house import house, me, now, writing
from admin_ui.phones import PhonesError
from hotline import audit
from hotline.accounts import phone_passwords
from hotline.accounts.roles import Permission

blueprint = Blueprint("desk_phone", __name__, url_prefix="/desk")
UNCACHED = {"Cache-Control": "no-store"}


@blueprint.post("/phone")
@needs(Permission.DESK)
def sign_in() -> ResponseReturnValue:
    """Number, addresses and a new password of one's own telephone; kept by no cache, and each telling is noted.

    `after` is the mark of the last one that this desk was told: 409 when another desk has been told one since. 502 when
    no exchange can be reached."""
    number = browser_phones.mine() or abort(404)
    mark = _noted(number, request.form.get("after", "")[:16])
    if not mark:
        return {}, 409, UNCACHED
    password = secrets.token_hex(24)
    try:
        house().browser_phones.let_in(number, password)
    except PhonesError:
        return {}, 502, UNCACHED
    return {"number": number, "addresses": browser_phones.addresses(), "secret": password, "mark": mark}, UNCACHED


def _noted(number: str, after: str) -> str:
    with writing() as session:
        mark = phone_passwords.tell(session, me(), after=after, settings=house().settings, at=now())
        if mark:
            audit.note(session, "phone.secret_told", by=me().login, at=now(), about=("phone", number))
    return mark
