"""The first page: everybody is sent to his own work."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from admin_ui.guards import signed_in
from admin_ui.house import me
from hotline.accounts.roles import Permission

blueprint = Blueprint("home", __name__)
WORK = (
    (Permission.DISPATCH, "tickets.listed"), (Permission.DESK, "desk.page"), (Permission.TICKETS, "tickets.listed"),
    (Permission.AUDIT, "audit.listed"), (Permission.ACCOUNTS, "accounts.listed"),
    (Permission.KNOWLEDGE, "knowledge.listed"),
)  # fmt: skip


@blueprint.get("/")
@signed_in
def start() -> ResponseReturnValue:
    """The page of the first thing that this role is for."""
    if me().must_change:
        return redirect(url_for("password.change"))
    there = next((page for permission, page in WORK if me().may(permission)), "password.change")
    return redirect(url_for(there))
