"""What is private in a recording: one person marks it, another has it masked. The original stays, sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Float, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base
from recordings.errors import RecordingError
from recordings.recordings import Kind, Recording, State

ONE_LINE = (Kind.CALL, Kind.LEG)
"""What runs side by side, so that the same words are in both. A message is made of pieces: it is marked by itself."""
MARGIN = 0.5  # seconds by which the beginnings of two recordings of a call may be noted wrongly


@dataclass(frozen=True)
class Stretch:
    """From when to when, in seconds from a recording's beginning."""

    begins: float
    ends: float


class Mask(Base):
    """What one person marked as private, why, and what another decided."""

    __tablename__ = "recording_mask"
    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey(Recording.id), index=True)
    begins: Mapped[float] = mapped_column(Float)
    ends: Mapped[float] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(String(300))
    marked_by: Mapped[str] = mapped_column(String(60))
    marked_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    granted: Mapped[bool | None]


def mark(session: Session, recording: Recording, stretch: Stretch, *, reason: str, by: str, at: datetime) -> Mask:
    """Mark a stretch as private; everybody hears it still, until another person has it masked."""
    if not reason.strip():
        raise RecordingError("请写明理由")
    if recording.state != State.COMPLETE or not 0 <= stretch.begins < stretch.ends <= (recording.seconds or 0) + 0.1:
        raise RecordingError("起止时间不在录音之内")
    row = Mask(recording_id=recording.id, begins=round(stretch.begins, 2), ends=round(stretch.ends, 2),
               reason=reason.strip()[:300], marked_by=by, marked_at=at)  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, "recording.mask_marked", row, by=by, at=at)
    return row


def decide(session: Session, mask: Mask, *, grant: bool, by: str, at: datetime) -> None:
    """Have it masked, or not; never by who marked it. Of two who decide at once the second is told."""
    session.refresh(mask, with_for_update=True)
    if mask.decided_at is not None:
        raise RecordingError("已经决定")
    if mask.marked_by == by:
        raise RecordingError("须由另一人决定")
    mask.decided_by, mask.decided_at, mask.granted = by, at, grant
    _note(session, f"recording.{'masked' if grant else 'mask_refused'}", mask, by=by, at=at)


def waiting(session: Session) -> list[tuple[Mask, Recording]]:
    """What was marked and waits for another person, oldest first, each with its recording."""
    rows = select(Mask, Recording).join(Recording).where(Mask.decided_at.is_(None)).order_by(Mask.id)
    return [(mask, recording) for mask, recording in session.execute(rows)]


def of(session: Session, recording: Recording) -> list[Mask]:
    """What was marked in this very recording and not refused, in its order."""
    rows = select(Mask).where(Mask.recording_id == recording.id, Mask.granted.is_not(False))
    return list(session.scalars(rows.order_by(Mask.begins, Mask.id)))


def masked(session: Session, recording: Recording) -> tuple[Stretch, ...]:
    """What nobody hears of it: masked in itself, or in a recording of the same call that ran beside it."""
    rows = select(Mask, Recording).join(Recording).where(
        Recording.call_id == recording.call_id, Mask.granted.is_(True)
    )  # fmt: skip
    found = (_seen_from(recording, other, mask) for mask, other in session.execute(rows.order_by(Mask.id)))
    return tuple(stretch for stretch in found if stretch is not None)


def masked_of_each(session: Session, recordings: Iterable[Recording]) -> dict[int, tuple[Stretch, ...]]:
    """The same of several, by id."""
    return {row.id: masked(session, row) for row in recordings}


def _seen_from(recording: Recording, other: Recording, mask: Mask) -> Stretch | None:
    if other.id == recording.id:
        return Stretch(mask.begins, mask.ends)
    if recording.kind not in ONE_LINE or other.kind not in ONE_LINE:
        return None
    later = (other.began_at - recording.began_at).total_seconds()
    begins, ends = mask.begins + later - MARGIN, mask.ends + later + MARGIN
    return Stretch(max(0.0, begins), ends) if ends > 0 else None


def _note(session: Session, deed: str, mask: Mask, *, by: str, at: datetime) -> None:
    audit.note(session, deed, by=by, at=at, about=("recording", mask.recording_id), reason=mask.reason, mask=mask.id,
               begins=mask.begins, ends=mask.ends, marked_by=mask.marked_by)  # fmt: skip
