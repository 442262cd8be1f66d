"""How the machine's parts are; of what goes through them it shows nothing."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import house
from hotline.accounts.roles import Permission

blueprint = Blueprint("system", __name__, url_prefix="/system")


@blueprint.get("")
@needs(Permission.SYSTEM)
def page() -> ResponseReturnValue:
    return render_template("system.html", parts=house().parts())
