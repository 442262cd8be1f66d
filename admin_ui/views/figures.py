"""The wallboard: a day's figures, each with what it is counted of, drilling down to the rows."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import now, reading
from admin_ui.paging import wish_day
from dispatch.figures import board
from dispatch.line import rush
from hotline.accounts.roles import Permission
from hotline.times import local_day

blueprint = Blueprint("figures", __name__, url_prefix="/figures")


@blueprint.get("")
@needs(Permission.FIGURES)
def page() -> ResponseReturnValue:
    return render_template("figures.html", **_shown())


@blueprint.get("/board")
@needs(Permission.FIGURES)
def fresh() -> ResponseReturnValue:
    """The board alone, for a page that renews itself."""
    return render_template("_board.html", **_shown())


def _shown() -> dict[str, object]:
    with reading() as session:
        day = wish_day("day") or local_day(now())
        return {"board": board(session, day=day, at=now()), "floods": rush.unseen(session)}
