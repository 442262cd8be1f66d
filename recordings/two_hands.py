"""What takes a second person: lifting a legal hold, hearing a call whose caller asked for secrecy, and hearing what is
masked."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from hotline import audit
from hotline.database import Base
from recordings.errors import RecordingError

CONSENT_LASTS = timedelta(hours=24)


class Wish(StrEnum):
    """What is asked for."""

    HEAR = "hear"  # hear a confidential call
    ORIGINAL = "original"  # hear what is masked in a call
    HOLD = "hold"  # keep a call's recordings whatever their age: in force at once, until a second person refuses it
    RELEASE = "release"  # lift a hold


class Request(Base):
    """What one person asked for, of one call, and what another decided."""

    __tablename__ = "recording_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    wish: Mapped[Wish] = mapped_column(String(10), index=True)
    call_id: Mapped[str] = mapped_column(String(40), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    until: Mapped[datetime | None]  # of hearing, too what is masked: how long the consent lasts


def ask(session: Session, wish: Wish, call_id: str, *, reason: str, by: str, at: datetime) -> Request:
    """Ask for it, with a reason."""
    if not reason.strip():
        raise RecordingError("请写明理由")
    if wish is Wish.HOLD and held(session, [call_id]):
        raise RecordingError("该通话录音已在留存")
    if wish is Wish.RELEASE and not held(session, [call_id]):
        raise RecordingError("该通话录音没有留存")
    if session.scalars(_open(wish).where(Request.call_id == call_id, Request.asked_by == by)).first():
        raise RecordingError("已经提出，待另一人决定")
    row = Request(wish=wish, call_id=call_id, reason=reason.strip()[:300], asked_by=by, asked_at=at)
    session.add(row)
    session.flush()
    audit.note(session, f"recording.{wish}_asked", by=by, at=at, about=("call", call_id), reason=row.reason)
    return row


def decide(session: Session, request: Request, *, grant: bool, by: str, at: datetime) -> None:
    """Grant or refuse it; never by who asked. Of two who decide at once the second is told."""
    session.refresh(request, with_for_update=True)
    if request.decided_at is not None:
        raise RecordingError("已经决定")
    if request.asked_by == by:
        raise RecordingError("须由另一人决定")
    request.decided_by, request.decided_at, request.granted = by, at, grant
    if grant and request.wish in (Wish.HEAR, Wish.ORIGINAL):
        request.until = at + CONSENT_LASTS
    if grant and request.wish == Wish.RELEASE:  # what was held until now needs nobody's word any more
        for hold in session.scalars(_open(Wish.HOLD).where(Request.call_id == request.call_id)):
            hold.decided_by, hold.decided_at, hold.granted = by, at, True
    deed = f"recording.{request.wish}_{'granted' if grant else 'refused'}"
    audit.note(session, deed, by=by, at=at, about=("call", request.call_id), reason=request.reason,
               asked_by=request.asked_by)  # fmt: skip


def waiting(session: Session) -> list[Request]:
    """What waits for a second person, oldest first."""
    return list(session.scalars(_open().order_by(Request.id)))


def held(session: Session, call_ids: list[str]) -> set[str]:
    """Those of these calls whose recordings stand under a legal hold."""
    return {row.call_id for row in session.scalars(holds().where(Request.call_id.in_(call_ids)))}


def holds() -> Select[Request]:
    """Holds that stand: not refused, and no release granted since."""
    release = aliased(Request)
    lifted = select(release.id).where(
        release.wish == Wish.RELEASE, release.granted.is_(True), release.call_id == Request.call_id,
        release.id > Request.id,
    )  # fmt: skip
    return select(Request).where(Request.wish == Wish.HOLD, Request.granted.is_not(False), ~lifted.exists())


def may_hear(session: Session, call_id: str, *, login: str, at: datetime, wish: Wish = Wish.HEAR) -> bool:
    """Whether a second person consented, and lately, to this one's hearing the call, or what is masked in it."""
    consent = select(Request.id).where(
        Request.wish == wish, Request.call_id == call_id, Request.asked_by == login, Request.granted.is_(True),
        Request.until > at,
    )  # fmt: skip
    return session.scalars(consent.limit(1)).first() is not None


def asked(session: Session, call_id: str, *, login: str, wish: Wish = Wish.HEAR) -> bool:
    """Whether this one has asked to hear it, and nobody has decided yet."""
    mine = _open(wish).where(Request.call_id == call_id, Request.asked_by == login)
    return session.scalars(mine.limit(1)).first() is not None


def _open(wish: Wish | None = None) -> Select[Request]:
    query = select(Request).where(Request.decided_at.is_(None))
    return query if wish is None else query.where(Request.wish == wish)
