"""How long recordings are kept, as dated rules; and the certificate of what was destroyed."""

from datetime import date, datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base
from hotline.times import local_day
from recordings.errors import RecordingError

LEAST_DAYS = 730  # two years


class RetentionRule(Base):
    """From that day on, what is recorded is kept so many days; it counts once a second person has confirmed it."""

    __tablename__ = "retention_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    days: Mapped[int]
    basis: Mapped[str] = mapped_column(String(200))  # the document that says so
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[datetime]
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    confirmed_at: Mapped[datetime | None]


class Destruction(Base):
    """The certificate of one act of destruction: what, under which rule, and the digest of the list of it."""

    __tablename__ = "destruction"
    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(60))
    basis: Mapped[str] = mapped_column(String(300))
    count: Mapped[int]
    list_sha256: Mapped[str] = mapped_column(String(64))


def propose(session: Session, *, days: int, valid_from: date, basis: str, by: str, at: datetime) -> RetentionRule:
    """Write a rule down; it counts for nothing yet."""
    if days < LEAST_DAYS:
        raise RecordingError(f"录音至少保存{LEAST_DAYS}天")
    if not basis.strip():
        raise RecordingError("请写明依据")
    if valid_from < local_day(at):
        raise RecordingError("规则不能早于今天生效")
    row = RetentionRule(days=days, valid_from=valid_from, basis=basis.strip()[:200], written_by=by, written_at=at)
    session.add(row)
    session.flush()
    audit.note(session, "retention.proposed", by=by, at=at, about=("retention", row.id), reason=row.basis, days=days,
               valid_from=valid_from.isoformat())  # fmt: skip
    return row


def confirm(session: Session, rule: RetentionRule, *, by: str, at: datetime) -> None:
    """Have it count; not by who wrote it."""
    if rule.confirmed_at is not None:
        raise RecordingError("规则已经确认")
    if rule.written_by == by:
        raise RecordingError("须由另一人确认")
    rule.confirmed_by, rule.confirmed_at = by, at
    audit.note(session, "retention.confirmed", by=by, at=at, about=("retention", rule.id))


def rule_on(session: Session, day: date) -> RetentionRule | None:
    """The rule under which what was recorded on that day is kept; None: the setting's days."""
    confirmed = select(RetentionRule).where(RetentionRule.confirmed_at.is_not(None), RetentionRule.valid_from <= day)
    newest = confirmed.order_by(RetentionRule.valid_from.desc(), RetentionRule.id.desc())
    return session.scalars(newest.limit(1)).first()


def rules(session: Session) -> list[RetentionRule]:
    """Those that count, the earliest first; of a day's the one that was written last."""
    confirmed = select(RetentionRule).where(RetentionRule.confirmed_at.is_not(None)).order_by(RetentionRule.id)
    of_day = {rule.valid_from: rule for rule in session.scalars(confirmed)}
    return [of_day[day] for day in sorted(of_day)]
