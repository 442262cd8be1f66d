"""核实身份 at the desk: who has said what only he knows, his matters are listed for the operator he speaks with."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui.guards import needs
from admin_ui.house import house, me, now, writing
from admin_ui.typed import said
from dispatch.calls.on_desk import answered_by
from dispatch.tickets import his_matters
from dispatch.tickets.steps import ReferralError
from hotline.accounts.roles import Permission

blueprint = Blueprint("desk_verifying", __name__, url_prefix="/desk")


@blueprint.post("/verify")
@needs(Permission.DESK)
def verify() -> ResponseReturnValue:
    """The matters of the caller; nothing of them where what he said isn't what was written down."""
    code, four, name, matter = (said(field, 60) for field in ("code", "four", "name", "matter"))
    try:
        with writing() as session:
            call = answered_by(session, request.form.get("call_id", ""), me().id, at=now())
            if call is None:
                raise ReferralError(gettext("请先接听来电，再核实身份"))
            found = his_matters.of(session, call, code="".join(code.split()), four=four, name=name, matter=matter,
                                   by=me(), settings=house().settings, at=now())  # fmt: skip
            return render_template("_his_matters.html", tickets=found)
    except ReferralError as error:
        return render_template("_his_matters.html", tickets=[], trouble=str(error)), 422
