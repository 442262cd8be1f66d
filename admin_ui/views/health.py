"""Whether the pages answer at all; it tells nothing else."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from admin_ui.guards import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return "ok", 200, {"Content-Type": "text/plain"}
