"""The wallboard: a day's figures, each with what it is counted of, drilling down to the rows."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import now, reading
from admin_ui.paging import wish_day
from dispatch.figures import Board, board
from hotline.accounts.roles import Permission
from hotline.times import local_day

blueprint = Blueprint("figures", __name__, url_prefix="/figures")


@blueprint.get("")
@needs(Permission.FIGURES)
def page() -> ResponseReturnValue:
    return render_template("figures.html", board=_board())


@blueprint.get("/board")
@needs(Permission.FIGURES)
def fresh() -> ResponseReturnValue:
    """The board alone, for a page that renews itself."""
    return render_template("_board.html", board=_board())


def _board() -> Board:
    with reading() as session:
        return board(session, day=wish_day("day") or local_day(now()), at=now())
