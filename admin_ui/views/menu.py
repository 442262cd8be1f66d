"""The menu that callers hear: drawn, checked, kept version by version; written by one, put in force by another."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.deeds import SOON, done
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.menu_picture import draw
from admin_ui.paging import wish, wish_number
from admin_ui.people import who
from admin_ui.words import MENU_DOES, MENU_FAULTS
from dispatch.line import menu as menu_
from dispatch.line import menus
from dispatch.line.menu import BUILT_IN, Do, Menu
from dispatch.line.menus import MenuVersion
from hotline.accounts.roles import Permission

ROWS = 12
blueprint = Blueprint("menu", __name__, url_prefix="/menu")


@blueprint.get("")
@needs(Permission.LINE)
def page() -> ResponseReturnValue:
    """The version that is looked at (`?version=`), else the one in force, as picture, words and form."""
    with reading() as session:
        current, wanted = menus.current(session), wish_number("version")
        looked_at = (session.get(MenuVersion, wanted) or abort(404)) if wanted else current
        shown = looked_at.menu if looked_at else BUILT_IN
        return _page(session, shown, looked_at, current)


@blueprint.get("/export.csv")
@needs(Permission.LINE)
def export() -> ResponseReturnValue:
    header = (gettext("版本"), gettext("按键"), gettext("说法"), gettext("动作"), gettext("播报内容"),
              gettext("起草人"), gettext("启用时间"), gettext("停用时间"))  # fmt: skip
    with writing() as session:
        return csv_of(session, "menu", header, (
            (v.id, item.path, item.says, MENU_DOES[item.do], item.text, who(v.by), v.begun_at, v.ended_at)
            for v in _versions(session) for item in v.menu.items))  # fmt: skip


@blueprint.post("/check")
@needs(Permission.LINE)
def check() -> ResponseReturnValue:
    """What was typed, drawn and checked, and not kept."""
    with reading() as session:
        return _page(session, _typed(), None, menus.current(session), checked=True)


@blueprint.post("")
@needs(Permission.LINE)
def write() -> ResponseReturnValue:
    """Keep what was typed as a draft; what is wrong with it is said, and nothing that was typed is lost."""
    typed = _typed()
    if menu_.faults(typed):
        with reading() as session:
            return _page(session, typed, None, menus.current(session), checked=True)
    reason = request.form.get("reason", "")
    return _done(lambda s: menus.write(s, typed, reason=reason, by=me().login, settings=house().settings, at=now()))


@blueprint.post("/<int:version_id>/begin")
@needs(Permission.LINE)
def begin(version_id: int) -> ResponseReturnValue:
    return _done(lambda s: menus.begin(s, s.get(MenuVersion, version_id) or abort(404), by=me().login,
                                       settings=house().settings, at=now()))  # fmt: skip


@blueprint.post("/end")
@needs(Permission.LINE)
def end() -> ResponseReturnValue:
    return _done(lambda s: menus.end(s, by=me().login, at=now()))


def _done(deed: Callable[[Session], object]) -> ResponseReturnValue:
    return done(deed, "menu.page", SOON)


def _page(session: Session, shown: Menu, looked_at: MenuVersion | None, current: MenuVersion | None, *,
          checked: bool = False) -> ResponseReturnValue:
    wrong = [(path, MENU_FAULTS[fault]) for path, fault in menu_.faults(shown)] if checked else []
    if checked and not wrong:
        flash(gettext("检查通过"), "success")
    blank = [{"path": "", "says": "", "do": "", "text": ""}] * ROWS
    rows = [*menu_.rows(shown), *blank][: max(ROWS, len(shown.items))]
    page = render_template("menu.html", shown=shown, picture=draw(shown), wrong=wrong, rows=rows, looked_at=looked_at,
                           current=current, versions=_versions(session), closing=menu_.CLOSING)  # fmt: skip
    return page, 400 if wrong else 200


def _versions(session: Session) -> Sequence[MenuVersion]:
    text = wish("q")
    found = session.scalars(select(MenuVersion).order_by(MenuVersion.id.desc()).limit(200)).all()
    return [v for v in found if text in v.reason or text in who(v.by)]


def _typed() -> Menu:
    names = ("path", "says", "do", "text")
    columns = [[value[:300] for value in request.form.getlist(name)] for name in names]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]
    if any(row["do"] and row["do"] not in set(Do) for row in rows):
        abort(400)
    return menu_.read(rows)
