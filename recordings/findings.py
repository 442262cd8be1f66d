"""What reconciliation found: calls, rows and files that don't agree, each with what was done about it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base
from recordings.errors import RecordingError


class Kind(StrEnum):
    """In what way something doesn't agree."""

    NO_RECORDING = "no_recording"  # a call without recording
    NO_CALL = "no_call"  # a recording without call
    MISMATCH = "mismatch"  # a sound that isn't what was taken in
    UNOWNED = "unowned"  # a file that no row speaks of
    NO_FILE = "no_file"  # a row whose file is nowhere
    FILE_MISSING = "file_missing"  # a file that somebody handed in, and that is nowhere
    FILE_CHANGED = "file_changed"  # one that isn't what was handed in
    FILE_UNOWNED = "file_unowned"  # one that no row speaks of
    EXCHANGE = "exchange"  # an exchange that died, or was restarted
    CUT_OFF = "cut_off"  # a call that it took along


class Done(StrEnum):
    """What was done about it."""

    TAKEN_IN = "taken_in"  # the file was taken in
    PUT_BACK = "put_back"  # it is put away anew from what the spool still had
    REMOVED = "removed"  # a copy of what is kept, or what was to be destroyed, was taken away
    TOO_SHORT = "too_short"  # nothing: the call was over before a word was said
    LEFT = "left"  # it stays as it is; a person must look
    RESTORE = "restore"  # it must come from a backup
    AGREES = "agrees"  # it was looked at again, and all agrees
    BY_HAND = "by_hand"  # a person settled it
    NOTED = "noted"  # nothing: what is lost is lost, and counted


OPEN = frozenset({Done.LEFT, Done.RESTORE})


class Finding(Base):
    """One disagreement; while it is open, each night that still finds it moves `seen_at` on."""

    __tablename__ = "recording_finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(String(16), index=True)
    thing: Mapped[str] = mapped_column(String(200))  # the call's id, or the file's name
    call_id: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    done: Mapped[Done] = mapped_column(String(12))
    open: Mapped[bool] = mapped_column(index=True)
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(String(60), default="")
    remark: Mapped[str] = mapped_column(String(300), default="")


class Reconciliation(Base):
    """One time that everything was looked at: when, on whose behalf, and how much was found."""

    __tablename__ = "reconciliation"
    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(60))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(
    session: Session, kind: Kind, thing: str, done: Done, *, call_id: str = "", detail: str = "", at: datetime
) -> Finding:
    """Write down what was found; what stands open already is only seen again. What was settled by a person and is
    found again as it was stays settled."""
    same = select(Finding).where(Finding.kind == kind, Finding.thing == thing[:200]).order_by(Finding.id.desc())
    known = session.scalars(same.limit(1)).first()
    if known is not None and (known.open or known.done == Done.BY_HAND) and done in OPEN:
        known.seen_at = at
        return known
    is_open = done in OPEN
    row = Finding(kind=kind, thing=thing[:200], call_id=call_id[:40], detail=detail[:300], done=done, open=is_open,
                  found_at=at, seen_at=at)  # fmt: skip
    if not is_open:
        _settle(row, done, by="hotline", at=at)
    session.add(row)
    if known is not None and known.open:
        _settle(known, Done.AGREES, by="hotline", at=at)
    return row


def count(session: Session, kind: Kind, *, since: datetime) -> int:
    """How many of a kind were found since then."""
    found = select(func.count()).select_from(Finding).where(Finding.kind == kind, Finding.found_at >= since)
    return session.scalar(found) or 0


def settle(session: Session, finding: Finding, *, by: str, remark: str, at: datetime) -> None:
    """A person has looked at it, and says what came of it."""
    if not finding.open:
        raise RecordingError("这一条已经处理完毕")
    if not remark.strip():
        raise RecordingError("请写明处理情况")
    _settle(finding, Done.BY_HAND, by=by, at=at)
    finding.remark = remark.strip()[:300]
    audit.note(session, "recording.finding_settled", by=by, at=at, about=("finding", finding.id), reason=finding.remark,
               found=finding.kind, thing=finding.thing)  # fmt: skip


def settle_unseen(session: Session, kinds: frozenset[Kind], *, since: datetime, at: datetime) -> None:
    """What stood open and wasn't found this time agrees by now."""
    gone = update(Finding).where(Finding.open.is_(True), Finding.seen_at < since, Finding.kind.in_(kinds))
    session.execute(gone.values(open=False, done=Done.AGREES, settled_at=at, settled_by="hotline"))


def _settle(finding: Finding, done: Done, *, by: str, at: datetime) -> None:
    finding.open, finding.done, finding.settled_at, finding.settled_by = False, done, at, by
