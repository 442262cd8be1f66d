"""Other ways to ask an entry's question: proposed by one, decided by another."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me
from admin_ui.views.entry import find
from admin_ui.views.entry_steps import take
from hotline.accounts.roles import Permission
from knowledge_base import approving
from knowledge_base.entries import Phrasing

blueprint = Blueprint("entry_phrasings", __name__, url_prefix="/knowledge/<int:entry_id>/phrasings")
DEEDS: dict[str, Callable[..., None]] = {
    "approve": approving.approve, "refuse": approving.refuse, "retire": approving.retire,
}  # fmt: skip


@blueprint.post("")
@needs(Permission.WRITE_ENTRY)
def propose(entry_id: int) -> ResponseReturnValue:
    return take(entry_id, lambda s, at: _proposed(s, entry_id, at))


@blueprint.post("/<int:phrasing_id>")
@needs(Permission.LEDGER)
def decide(entry_id: int, phrasing_id: int) -> ResponseReturnValue:
    """Approve, refuse or retire: the leader's and the office's; the domain refuses others in words."""
    deed = DEEDS.get(request.form.get("deed", "")) or abort(400)
    return take(entry_id, lambda s, at: deed(s, _found(s, entry_id, phrasing_id), by=me(), at=at))


def _proposed(session: Session, entry_id: int, at: datetime) -> None:
    approving.propose(session, find(session, entry_id), request.form.get("text", ""), by=me(), at=at)


def _found(session: Session, entry_id: int, phrasing_id: int) -> Phrasing:
    find(session, entry_id)
    query = select(Phrasing).where(Phrasing.id == phrasing_id, Phrasing.entry_id == entry_id)
    return session.scalar(query) or abort(404)
