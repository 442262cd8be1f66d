"""Recordings: a row is owed for each from the moment it begins, and settled when the file is taken in."""

import hashlib
import wave
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Float, ForeignKey, String, UniqueConstraint, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base, insert_into
from recordings import audio, sides
from recordings.retention import Destruction


class Kind(StrEnum):
    """What was recorded."""

    CALL = "call"  # the whole call
    MESSAGE = "message"  # the question left after the tone
    LEG = "leg"  # one who met the caller, for himself


class State(StrEnum):
    """How sure we are of the file."""

    RUNNING = "running"
    COMPLETE = "complete"
    MISSING = "missing"
    GOING = "going"  # it is being destroyed: no hold can be promised of it any more
    DESTROYED = "destroyed"


class Recording(Base):
    """One file of sound of one call."""

    __tablename__ = "recording"
    __table_args__ = (UniqueConstraint("call_id", "kind", "leg"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[Kind] = mapped_column(String(10))
    leg: Mapped[str] = mapped_column(String(60), default="")  # the channel, of a leg
    state: Mapped[State] = mapped_column(String(10), default=State.RUNNING, index=True)
    path: Mapped[str] = mapped_column(String(300))
    began_at: Mapped[datetime]
    seconds: Mapped[float | None] = mapped_column(Float)
    size: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    taken_in_at: Mapped[datetime | None]
    keep_until: Mapped[datetime | None]
    # Where it was put away: until then the file lies in the spool, at `path`.
    stored: Mapped[str] = mapped_column(String(120), default="")
    stored_size: Mapped[int | None]
    packing: Mapped[str] = mapped_column(String(10), default="")
    key_id: Mapped[str] = mapped_column(String(20), default="", index=True)
    # Decibels that make it as loud as others: of the citizen's side, or of the only one, and of ours.
    gain: Mapped[float] = mapped_column(Float, default=0.0)
    gain_house: Mapped[float] = mapped_column(Float, default=0.0)
    checked_at: Mapped[datetime | None] = mapped_column(index=True)  # when it was last found to be what was taken in
    destruction_id: Mapped[int | None] = mapped_column(ForeignKey(Destruction.id), index=True)


_FOUND = ("state", "seconds", "size", "sha256", "taken_in_at", "keep_until")


def spool_path(spool: Path, call_id: str, kind: Kind, leg: str = "") -> Path:
    """Where the sound of a call, or of one leg of it, lies in the spool; the exchange writes its sides beside it."""
    return spool / f"{kind.value}s" / (f"{call_id}.{leg}.wav" if leg else f"{call_id}.wav")


def expect(session: Session, call_id: str, *, kind: Kind, spool: Path, at: datetime, leg: str = "") -> Recording:
    """The row of a recording, made when there is none yet."""
    mine = Recording.call_id == call_id, Recording.kind == kind, Recording.leg == leg
    row = session.scalar(select(Recording).where(*mine))
    if row is None:
        path = str(spool_path(spool, call_id, kind, leg))
        row = Recording(call_id=call_id, kind=kind, leg=leg, path=path, began_at=at)
        session.add(row)
        session.flush()
    return row


def expect_all(session: Session, began: Mapping[str, datetime], *, kind: Kind, spool: Path) -> None:
    """The rows of recordings of many calls (by id, with the moment each began), where there are none yet."""
    rows = [{"call_id": call_id, "kind": kind, "leg": "", "path": str(spool_path(spool, call_id, kind)), "began_at": at}
            for call_id, at in began.items()]  # fmt: skip
    statement = insert_into(session, Recording).on_conflict_do_nothing(index_elements=["call_id", "kind", "leg"])
    session.connection().execute(statement, rows)


def is_finished(recording: Recording) -> bool:
    """Whether the exchange is done with it: what there is of it is closed."""
    return all(audio.is_closed(one) for one in sides.files(Path(recording.path)))


def is_left(recording: Recording, *, after: timedelta, at: datetime) -> bool:
    """Whether its writer must have died, as it has written nothing for so long: the exchange writes every two seconds.
    A call may be held to be over while it goes on at an exchange that could not be reached."""
    written = (one.stat().st_mtime for one in sides.files(Path(recording.path)))
    return all(abs(at.timestamp() - moment) > after.total_seconds() for moment in written)


def take_in(recording: Recording, *, keep_days: int, at: datetime) -> bool:
    """Settle a recording whose call is over: length, size and digest of the file, or that there is none."""
    if recording.stored:  # taken in, put away, and asked for once more
        return True
    path = Path(recording.path)
    sides.join(path)
    if not path.exists():
        recording.state, recording.taken_in_at = State.MISSING, at
        return False
    audio.mend_header(path)
    content = path.read_bytes()
    try:
        recording.seconds = audio.seconds(path)
    # A file without sound: its writer died before the first word, or the disk was full.
    except (EOFError, wave.Error, ZeroDivisionError):
        recording.state, recording.size, recording.taken_in_at = State.MISSING, len(content), at
        return False
    recording.size, recording.sha256 = len(content), hashlib.sha256(content).hexdigest()
    recording.state, recording.taken_in_at = State.COMPLETE, at
    recording.keep_until = recording.began_at + timedelta(days=keep_days)
    return True


def settle_all(session: Session, taken: Sequence[Recording]) -> None:
    """Keep what `take_in` found out about rows that were read in another session; what another worker settled
    meanwhile, whose file may be gone from the spool, stays as it is."""
    found = [{"row": row.id} | {name: getattr(row, name) for name in _FOUND} for row in taken]
    if found:
        unsettled = or_(Recording.state == State.RUNNING, Recording.state == State.MISSING)
        changing = update(Recording).where(Recording.id == bindparam("row"), unsettled)
        session.connection().execute(changing, found)
