"""The board: the figures of a day, a week, a month or any days, each with what it is counted of, drilling down to the
rows. A county's office and a department see those of their own."""

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext

from admin_ui import figure_words
from admin_ui.curves import curve
from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import wish_day
from admin_ui.stacks import stacks
from dispatch.figures.board import board
from dispatch.figures.own_figures import narrowed, own_board
from dispatch.line import rush
from hotline.accounts.roles import Permission
from hotline.times import local, local_day

blueprint = Blueprint("figures", __name__, url_prefix="/figures")
MOST_DAYS = 31
"""Every figure is counted anew of the rows each time: more days than a month's would be waited for."""
AIM = 95
"""接通率 in per cent over any 24 hours (GB/T 33358, as reported)."""
Period = tuple[LazyString, date, date]


@blueprint.get("")
@needs(Permission.FIGURES)
def page() -> ResponseReturnValue:
    return render_template("figures.html", **_shown(), periods=_periods(), most=MOST_DAYS)


@blueprint.get("/board")
@needs(Permission.FIGURES)
def fresh() -> ResponseReturnValue:
    """The board alone, for a page that renews itself."""
    shown = _shown()
    return render_template(str(shown["board_page"]), **shown)


def _shown() -> dict[str, object]:
    since, until = _range()
    live = since == until == local_day(now())
    with reading() as session:
        if narrowed(me()):
            own = own_board(session, account=me(), day=since, until=until, at=now())
            return {"board": own, "board_page": "_own_board.html", "live": live}
        shown, floods = board(session, day=since, until=until, at=now()), rush.unseen(session)
    return {"board": shown, "board_page": "_board.html", "live": live, "floods": floods, "aim": AIM,
            "minute": _minute, "handled": figure_words.HANDLED,
            "chart": stacks([column.counts for column in shown.columns]),
            "curve": curve([one.share.percent for one in shown.windows], aim=AIM)}  # fmt: skip


def _range() -> tuple[date, date]:
    """From `since` to `until`, or `day` alone; today where nothing is asked for."""
    day = wish_day("day")
    until = wish_day("until") or day or local_day(now())
    since = wish_day("since") or day or until
    return max(min(since, until), until - timedelta(days=MOST_DAYS - 1)), until


def _minute(at: datetime) -> str:
    """A moment as the list of calls is asked for it."""
    return f"{local(at):%Y-%m-%dT%H:%M}"


def _periods() -> list[Period]:
    """What is asked for most, from a first to a last day."""
    today, day = local_day(now()), timedelta(days=1)
    monday, first = today - today.weekday() * day, today.replace(day=1)
    return [
        (lazy_gettext("今天"), today, today), (lazy_gettext("昨天"), today - day, today - day),
        (lazy_gettext("本周"), monday, today), (lazy_gettext("上周"), monday - 7 * day, monday - day),
        (lazy_gettext("本月"), first, today), (lazy_gettext("上月"), (first - day).replace(day=1), first - day),
    ]  # fmt: skip
