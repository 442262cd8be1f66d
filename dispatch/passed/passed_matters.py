"""Messages of 12345 as they are kept: each once, with its ticket, or with its faults until a person has settled it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.tickets.tickets import Ticket
from hotline.database import Base

SOURCE = "12345"
"""The source of such a ticket, and who its first step is by."""
TAKEN = text("taken")


class PassedMatter(Base):
    """One message as it came. What was taken has its ticket and keeps no words of its own; what wasn't keeps them,
    with its faults, until a person has settled it."""

    __tablename__ = "passed_matter"
    __table_args__ = (Index("uq_passed_matter_taken", "foreign_number", unique=True, sqlite_where=TAKEN,
                            postgresql_where=TAKEN),)  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    foreign_number: Mapped[str] = mapped_column(String(40), index=True)
    taken: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    faults: Mapped[dict[str, str]] = mapped_column(JSON)
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhook.id"))  # who sent it; None: handed in as a file
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    settled_by: Mapped[str] = mapped_column(String(60), default="")
    settled_at: Mapped[datetime | None]
    settled_why: Mapped[str] = mapped_column(String(500), default="")
    ticket: Mapped[Ticket | None] = relationship()
