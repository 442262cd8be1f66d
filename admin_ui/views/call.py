"""One call: its timeline, what was told on whose authority, its sound and its tickets."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from dispatch.calls import assessments, callers, queue_events
from dispatch.calls.tellings import Telling
from dispatch.tickets import case_calls, reach
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.roles import Permission
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, EntryVersion
from recordings.recordings import Recording

blueprint = Blueprint("call", __name__, url_prefix="/calls")


@blueprint.get("/<call_id>")
@needs(Permission.CALLS)
def page(call_id: str) -> ResponseReturnValue:
    with writing() as session:
        if callers.call(session, call_id, account=me()) is None:
            abort(404)
        audit.note(session, "call.read", by=me().login, at=now(), about=("call", call_id))
    return show(call_id)


def show(call_id: str, trouble: str = "") -> str:
    """The page, with what was refused on it."""
    with reading() as session:
        call = callers.call(session, call_id, account=me())
        its_own = Ticket.id.in_(case_calls.matters(call_id))
        tickets = session.scalars(select(Ticket).where(its_own, reach.tickets_of(me()))).all()
        return render_template("call.html", call=call, told=_told(session, call_id), tickets=tickets,
                               nameless=bool(reach.nameless_among(session, [call_id], account=me())),
                               sounds=_sounds(session, call_id), queued=queue_events.of_call(session, call_id),
                               assessment=assessments.of_call(session, call_id), trouble=trouble)  # fmt: skip


def _told(session: Session, call_id: str) -> list[tuple[Telling, Entry, EntryVersion, Authorisation | None]]:
    rows = session.execute(
        select(Telling, Entry, EntryVersion, Authorisation)
        .join(Entry, Entry.id == Telling.entry_id).join(EntryVersion, EntryVersion.id == Telling.entry_version_id)
        .outerjoin(Authorisation, Authorisation.id == Telling.authorisation_id)
        .where(Telling.call_id == call_id).order_by(Telling.id)
    )  # fmt: skip
    return [(t, e, v, a) for t, e, v, a in rows]


def _sounds(session: Session, call_id: str) -> list[Recording]:
    ids = session.scalars(select(Recording.id).where(Recording.call_id == call_id)).all()
    heard = (reach.recording(session, found, account=me()) for found in ids)
    return [sound for sound in heard if sound is not None]
