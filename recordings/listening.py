"""Who listens says what for; each hearing, and each taking out of the house, is noted."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.audit import AuditRow
from recordings.recordings import Recording

ONE_HEARING = timedelta(minutes=10)
"""A player asks for a sound piece by piece, and may pause: within this time that is one hearing."""


class Purpose(StrEnum):
    """What a recording is heard for."""

    HANDLE = "handle"  # to handle the matter
    QUALITY = "quality"  # to judge how it was answered
    DISPUTE = "dispute"  # because what was said is disputed
    LAW = "law"  # because a law, a court or an inspection asks for it


def heard(
    session: Session, recording: Recording, *, purpose: Purpose, by: str, at: datetime, afresh: bool,
    original: bool = False,
) -> None:  # fmt: skip
    """Note that somebody listens, once for each hearing and purpose; `original`: to what is masked, too. `afresh`: he
    asks for its beginning, which is another hearing once he can have come to its end."""
    deed = "recording.original_heard" if original else "recording.heard"
    lately = select(AuditRow.at, AuditRow.details).where(
        AuditRow.by == by, AuditRow.at > at - ONE_HEARING, AuditRow.deed == deed,
        AuditRow.thing == str(recording.id),
    )  # fmt: skip
    known = [began for began, details in session.execute(lately) if details.get("purpose") == purpose]
    ended = timedelta(seconds=recording.seconds or 0.0)
    if not known or (afresh and max(known) + ended < at):
        audit.note(session, deed, by=by, at=at, about=("recording", recording.id), call=recording.call_id,
                   purpose=purpose)  # fmt: skip


def has_heard(session: Session, call_id: str, *, by: str) -> bool:
    """Whether this one has listened to some recording of the call."""
    rows = [str(one) for one in session.scalars(select(Recording.id).where(Recording.call_id == call_id))]
    deeds = ("recording.heard", "recording.original_heard")
    heard = select(AuditRow.id).where(AuditRow.thing.in_(rows), AuditRow.by == by, AuditRow.deed.in_(deeds))
    return session.scalars(heard.limit(1)).first() is not None


def taken_out(
    session: Session, recording: Recording, *, purpose: Purpose, by: str, at: datetime, original: bool = False
) -> None:
    """Note that somebody takes the sound out of the house, and which; `original`: with what is masked."""
    deed = "recording.original_taken_out" if original else "recording.taken_out"
    audit.note(session, deed, by=by, at=at, about=("recording", recording.id), call=recording.call_id,
               purpose=purpose, sha256=recording.sha256)  # fmt: skip
