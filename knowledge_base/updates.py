"""Periodic update (基础信息定期更新): who confirmed what when, and who was reminded."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base
from knowledge_base import due


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
    licences: Mapped[list[int]] = mapped_column(JSON, default=list)
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
    seen_by: Mapped[str] = mapped_column(String(60), default="", server_default="")


def stale(confirmed_on: date | None, began_on: date, *, every_months: int, on: date, grace_days: int,
          due_by: date | None = None) -> bool:
    """Whether a thing is overdue by more than the days of grace, so that the machine no longer speaks it. Pure.

    `confirmed_on`: when the department last confirmed it (None: never). `began_on`: when it was published (an entry's
    version: the local day of `published_at`, else `valid_from`), or when it began to hold (an authorisation: the
    later of `valid_from` and the day it was signed); what was never confirmed counts from there.
    `every_months`: `department.update_every_months`. `grace_days`: the setting `update_grace_days`. `due_by`: by when
    it was to be confirmed where it came from.
    Asked for the entry and for the authorisation that covers it, never for base data: who is responsible and how he
    is reached must stay sayable. The operator may still answer: he sees the date and can ask the department, the
    machine can't."""
    day = due.due_on(confirmed_on, began_on, every_months=every_months, due_by=due_by)
    return due.overdue(day, on=on, grace_days=grace_days).beyond_grace
