"""A form that somebody handed in: what was read, what was refused and why, and how to undo it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class State(StrEnum):
    """Where an import stands."""

    PREVIEWED = "previewed"
    APPLIED = "applied"
    UNDONE = "undone"


class FormImport(Base):
    """One uploaded form. `rows` are the accepted ones with what they change, `refused` name row, column and reason."""

    __tablename__ = "form_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(4))  # the annex: 5, 6, 7, 8
    file: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # None: the office, for several
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    state: Mapped[State] = mapped_column(String(10), default=State.PREVIEWED)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # what applying it changed, to undo it
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
