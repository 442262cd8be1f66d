"""How the machine's parts are; of what goes through them it shows nothing."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui.guards import needs
from admin_ui.house import Part, house
from hotline.accounts.roles import Permission

blueprint = Blueprint("system", __name__, url_prefix="/system")


@blueprint.get("")
@needs(Permission.SYSTEM)
def page() -> ResponseReturnValue:
    return render_template("system.html", parts=[*house().parts(), _index()])


def _index() -> Part:
    """Whether this process's index follows the database; what it can't follow, nobody finds."""
    trouble = house().index.trouble
    return ("搜索索引", not trouble, trouble or gettext("随数据库更新"))
