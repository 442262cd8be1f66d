"""Askings are kept for so many days; what goes, goes with a line in the audit trail."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline import audit
from knowledge_base.asked import Asked, Open, Spelling, Unanswered

AT_ONCE = 2000


def drop_old(session: Session, *, days: int, at: datetime) -> int:
    """Delete askings older than `days`, some at a time, oldest first; how many. Counts of questions stay."""
    limit = at - timedelta(days=days)
    old = session.scalars(select(Asked.id).where(Asked.at < limit).order_by(Asked.at).limit(AT_ONCE)).all()
    if old:
        session.execute(delete(Asked).where(Asked.id.in_(old)))
        audit.note(session, "asked.dropped", by="hotline", at=at, about=("asked", "old"),
                   reason=f"keeps {days} days", rows=len(old))  # fmt: skip
    return len(old)


def drop_found(session: Session, *, at: datetime) -> int:
    """Questions that were found after all by each who asked them leave the list."""
    counted = select(Asked.id).where(Asked.unanswered_id == Unanswered.id)
    known = select(Spelling.words).where(Spelling.unanswered_id == Unanswered.id)
    query = delete(Unanswered).where(
        Unanswered.count == 0, Unanswered.state == Open.OPEN, ~counted.exists(), ~known.exists(),
        Unanswered.last_at < at - timedelta(hours=1),
    )  # fmt: skip
    return int(session.execute(query).rowcount)  # type: ignore[attr-defined]
