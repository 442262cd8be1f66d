"""The sound of a recording, and its shape, for those within whose reach it is; each hearing is noted."""

from datetime import timedelta

import structlog
from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wsgi import FileWrapper

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from dispatch import reach
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.audit import AuditRow
from recordings import audio
from recordings.archive import archive
from recordings.errors import Absent, RecordingError, Tampered
from recordings.reading import Bytes, file
from recordings.recordings import Recording, State

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")
PART = 1 << 16  # bytes that are sent at a time: as many as are sealed together
log = structlog.get_logger()
ONE_HEARING = timedelta(minutes=10)
"""A player asks for a sound piece by piece: within this time that is one hearing."""


@blueprint.get("/<int:recording_id>/sound")
@needs(Permission.HEAR)
def sound(recording_id: int) -> ResponseReturnValue:
    """The sound, or the range of it that was asked for; never kept by the browser."""
    with writing() as session:
        found = _within_reach(session, recording_id)
        _note_hearing(session, found)
    return _sent(_opened(found, levelled=True), etag=f"{found.sha256[:32]}.{found.gain}")


@blueprint.get("/<int:recording_id>/shape")
@needs(Permission.HEAR)
def shape(recording_id: int) -> ResponseReturnValue:
    """How loud it is over its length, drawn."""
    with reading() as session:
        found = _within_reach(session, recording_id)
    with file(_opened(found)) as opened:
        return render_template("_shape.html", peaks=audio.peaks(opened))


def _opened(recording: Recording, *, levelled: bool = False) -> Bytes:
    """The recording, unsealed as it is read; 404 where it isn't, 503 while its store or its key is away."""
    try:
        return archive(house().settings).open(recording, levelled=levelled)
    except (Absent, Tampered):
        abort(404)
    except RecordingError as fault:
        log.error("recording.unreachable", recording=recording.id, call_id=recording.call_id, why=str(fault))
        abort(503)


def _sent(content: Bytes, *, etag: str) -> Response:
    """A sound as an answer, in the ranges that a player asks for."""
    answer = Response(FileWrapper(file(content), PART), mimetype="audio/wav", direct_passthrough=True)
    answer.content_length = content.size
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "no-store"
    answer.make_conditional(request, accept_ranges=True, complete_length=content.size)
    return answer


def _within_reach(session: Session, recording_id: int) -> Recording:
    found = reach.recording(session, recording_id, account=me())
    if found is None or found.state != State.COMPLETE:
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
