"""The sound of a recording, and its shape, for those within whose reach it is; each hearing is noted."""

from datetime import timedelta
from pathlib import Path

from flask import Blueprint, abort, render_template, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from dispatch import reach
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.audit import AuditRow
from recordings import audio
from recordings.recordings import Recording, State

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")
ONE_HEARING = timedelta(minutes=10)
"""A player asks for a sound piece by piece: within this time that is one hearing."""


@blueprint.get("/<int:recording_id>/sound")
@needs(Permission.HEAR)
def sound(recording_id: int) -> ResponseReturnValue:
    """The file, or the range of it that was asked for; never kept by the browser."""
    with writing() as session:
        found = _within_reach(session, recording_id)
        _note_hearing(session, found)
    answer = send_file(Path(found.path), mimetype="audio/wav", conditional=True, etag=found.sha256[:32] or True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<int:recording_id>/shape")
@needs(Permission.HEAR)
def shape(recording_id: int) -> ResponseReturnValue:
    """How loud it is over its length, drawn."""
    with reading() as session:
        found = _within_reach(session, recording_id)
    return render_template("_shape.html", peaks=audio.peaks(Path(found.path)))


def _within_reach(session: Session, recording_id: int) -> Recording:
    found = reach.recording(session, recording_id, account=me())
    if found is None or found.state != State.COMPLETE or not Path(found.path).exists():
        abort(404)
    return found


def _note_hearing(session: Session, recording: Recording) -> None:
    lately = select(AuditRow.id).where(
        AuditRow.by == me().login, AuditRow.at > now() - ONE_HEARING, AuditRow.deed == "recording.heard",
        AuditRow.thing == str(recording.id),
    )  # fmt: skip
    if session.scalar(lately.limit(1)) is None:
        audit.note(session, "recording.heard", by=me().login, at=now(), about=("recording", recording.id),
                   call=recording.call_id)  # fmt: skip
