"""A form that somebody handed in: what was read, what was refused and why, and how to undo it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base

PATIENCE = timedelta(seconds=60)
"""Work that hasn't moved for so long was cut off, by a restart of the pages for example."""


class State(StrEnum):
    """Where an import stands."""

    READING = "reading"  # somebody's process is at it
    UNREADABLE = "unreadable"
    PREVIEWED = "previewed"  # nothing is written yet
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = frozenset({State.READING, State.APPLYING, State.UNDOING})


class FormImport(Base):
    """One uploaded form. `rows` are the accepted ones with what they change, `refused` name row, column and reason."""

    __tablename__ = "form_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(4))  # the annex: 5, 6, 7, 8; empty until it is read
    file: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # None: the office, for several
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    state: Mapped[State] = mapped_column(String(10), default=State.READING)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # what applying it changed, to undo it
    notes: Mapped[list[str]] = mapped_column(JSON, default=list)  # what was left out or left alone, in words
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # new, changed, same, refused
    trouble: Mapped[str] = mapped_column(String(500), default="")  # why it can't be read
    percent: Mapped[int] = mapped_column(default=0)  # how far the work is that goes on
    moved_at: Mapped[datetime | None]  # when it last moved
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    def at_work(self, at: datetime) -> bool:
        """Whether somebody's process is still at it."""
        return self.state in AT_WORK and self.moved_at is not None and at - self.moved_at < PATIENCE
