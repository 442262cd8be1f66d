"""Whether the public pages answer at all; it tells nothing else."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return "ok", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}
