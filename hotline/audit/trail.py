"""Rows of the audit trail: inserted in the transaction of what they tell of, never changed afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base

_Big = BigInteger().with_variant(Integer, "sqlite")


class AuditRow(Base):
    """One deed."""

    __tablename__ = "audit_row"
    __table_args__ = (Index("ix_audit_row_deed", "deed", "id", postgresql_ops={"deed": "varchar_pattern_ops"}),)
    id: Mapped[int] = mapped_column(_Big, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(60), index=True)
    deed: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(30))
    thing: Mapped[str] = mapped_column(String(60), index=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class AuditSeal(Base):
    """A row's place in the chain: its digest covers the row and the digest before it."""

    __tablename__ = "audit_seal"
    place: Mapped[int] = mapped_column(_Big, primary_key=True, autoincrement=False)
    row_id: Mapped[int] = mapped_column(ForeignKey("audit_row.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))


def note(session: Session, deed: str, *, by: str, at: datetime, about: tuple[str, object], reason: str = "",
         **details: Any) -> None:
    """Write down a deed, in the transaction that it belongs to."""
    kind, thing = about
    session.add(AuditRow(at=at, by=by, deed=deed, kind=kind, thing=str(thing), reason=reason, details=details))
