"""The first page: everybody is sent to his own work; who checks and reviews sees how much of it waits."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_ui.guards import signed_in
from admin_ui.house import me, now, reading
from admin_ui.paging import count_of
from admin_ui.views import review
from dispatch.tickets.worklist import Wanted
from dispatch.tickets.worklist import listed as tickets
from hotline.accounts.roles import Permission

blueprint = Blueprint("home", __name__)
WORK = (
    (Permission.DISPATCH, "tickets.listed"), (Permission.DESK, "desk.page"), (Permission.CHECK_ENTRY, "home.waiting"),
    (Permission.TICKETS, "tickets.listed"), (Permission.AUDIT, "audit.listed"),
    (Permission.ACCOUNTS, "accounts.listed"), (Permission.REVIEW, "home.waiting"),
    (Permission.KNOWLEDGE, "knowledge.listed"),
)  # fmt: skip


@blueprint.get("/")
@signed_in
def start() -> ResponseReturnValue:
    """The page of the first thing that this role is for."""
    there = next((page for permission, page in WORK if me().may(permission)), "password.change")
    return waiting() if there == "home.waiting" else redirect(url_for(there))


def waiting() -> str:
    """How much waits in each list, with the way to it."""
    with reading() as session:
        return render_template("home.html", lists=_lists(session))


def _lists(session: Session) -> list[tuple[str, int, str]]:
    found = [(str(show), count_of(session, query), url_for("review.queue", show=show))
             for show, query in review.lists_of().items()]  # fmt: skip
    if me().may(Permission.TICKETS):
        mine = count_of(session, tickets(me(), Wanted(my_turn=True), at=now()))
        found.append(("tickets", mine, url_for("tickets.listed", mine=1)))
    return found
