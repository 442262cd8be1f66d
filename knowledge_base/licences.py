"""Licence items (附件6): what a department permits, under which conditions, with which papers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.database import Base
from hotline.directory.departments import Department
from knowledge_base.stages import Stage


class Licence(Base):
    """One item. What citizens see is `shown`: the fields as they last passed the review."""

    __tablename__ = "licence"
    __table_args__ = (UniqueConstraint("department_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    legal_basis: Mapped[str] = mapped_column(String(500), default="")
    quota: Mapped[str] = mapped_column(String(120), default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    procedure: Mapped[str] = mapped_column(Text, default="")
    statutory_limit: Mapped[str] = mapped_column(String(60), default="")
    promised_limit: Mapped[str] = mapped_column(String(60), default="")
    materials: Mapped[list[str]] = mapped_column(JSON, default=list)
    fee: Mapped[str] = mapped_column(String(120), default="")
    fee_basis: Mapped[str] = mapped_column(String(300), default="")
    office: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    supervision_phone: Mapped[str] = mapped_column(String(30), default="")
    downloads: Mapped[list[str]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    stage: Mapped[Stage] = mapped_column(String(10), default=Stage.DRAFT, index=True)
    written_by: Mapped[str] = mapped_column(String(60), default="")
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    confirmed_on: Mapped[date | None]
    swept_on: Mapped[date | None]  # last swept for secrecy after it was shown
    department: Mapped[Department] = relationship()

    @property
    def number_shown(self) -> int:
        """The number of the version that citizens see; `version` is that of the next one once it is begun."""
        return int((self.shown or {}).get("version", self.version))


class LicenceVersion(Base):
    """A text that citizens were shown, from its review on; never changed."""

    __tablename__ = "licence_version"
    __table_args__ = (UniqueConstraint("licence_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), index=True)
    number: Mapped[int]
    text: Mapped[dict[str, Any]] = mapped_column(JSON)
    stage: Mapped[Stage] = mapped_column(String(10), default=Stage.PUBLISHED)
    written_by: Mapped[str] = mapped_column(String(60), default="")
    shown_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
