"""Periodic update (基础信息定期更新): who confirmed what when, and who was reminded."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class Confirmation(Base):
    """One sitting in which a department confirmed its base data, entries and authorisations."""

    __tablename__ = "confirmation"
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    base: Mapped[bool] = mapped_column(default=False)
    entries: Mapped[list[int]] = mapped_column(JSON, default=list)
    authorisations: Mapped[list[int]] = mapped_column(JSON, default=list)
    remark: Mapped[str] = mapped_column(String(500), default="")


class Reminder(Base):
    """A department was told that its update is near or over its day; once for each step of each due day."""

    __tablename__ = "update_reminder"
    __table_args__ = (UniqueConstraint("department_id", "due_on", "step"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    due_on: Mapped[date]
    step: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
