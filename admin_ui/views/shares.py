"""协办: what a department is asked for in another's ticket, and what the hotline asked for; one page a share."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import page_of, wish, wish_code
from admin_ui.typed import said
from admin_ui.words import SHARES
from dispatch.tickets import joint, reach, share_list
from dispatch.tickets.list_order import common
from dispatch.tickets.shares import Outcome, Share
from dispatch.tickets.steps import ReferralError
from hotline import audit
from hotline.accounts.roles import Permission

blueprint = Blueprint("shares", __name__, url_prefix="/shares")


@blueprint.get("")
@needs(Permission.TICKETS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        return render_template("shares.html", page=page_of(session, *_wanted(session)))


@blueprint.get("/export.csv")
@needs(Permission.TICKETS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file; nothing of callers is in it."""
    header = (gettext("工单"), gettext("标题"), gettext("协办单位"), gettext("协办内容"), gettext("协办期限"),
              gettext("结果"), gettext("结束时间"))  # fmt: skip
    with reading() as session:
        wanted = _wanted(session)
    return csv_in_stretches("shares", header, _rows, *wanted)


@blueprint.get("/<int:share_id>")
@needs(Permission.TICKETS)
def page(share_id: int) -> ResponseReturnValue:
    """What the other department may know: the summary, what it is asked for, and whose ticket it is. Reading it is
    noted."""
    with writing() as session:
        found = reach.share(session, share_id, account=me()) or abort(404)
        audit.note(session, "share.read", by=me().login, at=now(), about=("ticket", found.ticket.number))
    return _shown(share_id)


@blueprint.post("/<int:share_id>/give")
@needs(Permission.HANDLE)
def give(share_id: int) -> ResponseReturnValue:
    return _taken(share_id, lambda s, share, at: joint.give(
        s, share, words=said("words", joint.LONGEST), by=me(), at=at))  # fmt: skip


@blueprint.post("/<int:share_id>/back")
@needs(Permission.HANDLE)
def give_back(share_id: int) -> ResponseReturnValue:
    return _taken(share_id, lambda s, share, at: joint.give_back(s, share, why=said("why"), by=me(), at=at))


def _taken(share_id: int, deed: Callable[[Session, Share, datetime], None]) -> ResponseReturnValue:
    try:
        with writing() as session:
            deed(session, reach.share(session, share_id, account=me()) or abort(404), now())
    except ReferralError as error:
        return _shown(share_id, str(error)), 422
    flash(gettext("已完成"), "success")
    return redirect(url_for("shares.page", share_id=share_id), 303)


def _shown(share_id: int, trouble: str = "") -> str:
    with reading() as session:
        found = reach.share(session, share_id, account=me()) or abort(404)
        mine = found.ended_at is None and found.department_id == me().department_id and me().may(Permission.HANDLE)
        return render_template("share.html", share=found, ticket=found.ticket, mine=mine, trouble=trouble,
                               whole=reach.ticket(session, found.ticket.number, account=me()) is not None,
                               typed=request.form)  # fmt: skip


def _wanted(session: Session) -> tuple[Select[Share], Select[Share]]:
    text = wish("q")
    often = bool(text) and common(session, text)
    return share_list.listed(session, me(), text=text, common=often, outcome=wish_code("outcome", Outcome))


def _rows(_session: Session, found: Sequence[Share]) -> Iterator[tuple[object, ...]]:
    for share in found:
        yield (share.ticket.number, share.ticket.title, share.department.name, share.asked, share.due_at,
               SHARES[Outcome(share.outcome)], share.ended_at)  # fmt: skip
