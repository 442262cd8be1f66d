"""督办: which matters the inspector follows, and what he wrote about them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from dispatch.tickets.tickets import Ticket
from hotline.database import Base

STANDING = text("ended_at IS NULL")


class Supervision(Base):
    """One time that a ticket is on the inspector's list; a ticket is on it once at a time."""

    __tablename__ = "supervision"
    __table_args__ = (Index("uq_supervision_standing", "ticket_id", unique=True, sqlite_where=STANDING,
                            postgresql_where=STANDING),)  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # whose it was; to whom was written
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(String(500))
    letter_year: Mapped[int | None]
    letter_serial: Mapped[int | None]
    letter_at: Mapped[datetime | None]
    letter_by: Mapped[str] = mapped_column(String(60), default="")
    demands: Mapped[str] = mapped_column(Text, default="")
    answer_by: Mapped[date | None]
    letter: Mapped[list[str] | None] = mapped_column(JSON)  # what it said, whatever becomes of the ticket
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    ended_why: Mapped[str] = mapped_column(String(500), default="")
    ticket: Mapped[Ticket] = relationship()

    @property
    def whose(self) -> int | None:
        """The department that it is about: to whom was written; before a letter, who has the ticket."""
        return self.department_id if self.letter_serial else self.ticket.department_id

    @property
    def letter_number(self) -> str:
        """督办〔2026〕3号; empty before a letter was written."""
        return f"督办〔{self.letter_year}〕{self.letter_serial}号" if self.letter_serial else ""


class LetterNumber(Base):
    """The last number of a letter in a year."""

    __tablename__ = "letter_number"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


def standing(session: Session, ticket_id: int) -> Supervision | None:
    """The supervision that a ticket is under now."""
    query = select(Supervision).where(Supervision.ticket_id == ticket_id, Supervision.ended_at.is_(None))
    return session.scalar(query)


def letters_of(session: Session, ticket_id: int) -> Sequence[Supervision]:
    """Each time that a letter was written about a ticket, also when that supervision is over."""
    query = select(Supervision).where(Supervision.ticket_id == ticket_id, Supervision.letter_serial.is_not(None))
    return session.scalars(query.order_by(Supervision.id)).all()


def listed() -> Select[Supervision]:
    """What is under supervision, what has waited longest first."""
    query = select(Supervision).options(selectinload(Supervision.ticket)).where(Supervision.ended_at.is_(None))
    return query.order_by(Supervision.at, Supervision.id)
