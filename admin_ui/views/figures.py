"""The wallboard: a day's figures, each with what it is counted of, drilling down to the rows. A county's office
and a department see those of their own."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import wish_day
from dispatch.figures.figures import board
from dispatch.figures.own_figures import narrowed, own_board
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
    shown = _shown()
    return render_template(str(shown["board_page"]), **shown)


def _shown() -> dict[str, object]:
    with reading() as session:
        day = wish_day("day") or local_day(now())
        if narrowed(me()):
            return {"board": own_board(session, account=me(), day=day, at=now()), "board_page": "_own_board.html"}
        return {"board": board(session, day=day, at=now()), "floods": rush.unseen(session),
                "board_page": "_board.html"}  # fmt: skip
