"""What another department adds to a ticket (协办): its share of the matter, with a clock of its own."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline.database import Base
from hotline.directory.departments import Department

OPEN = text("ended_at IS NULL")
JOINABLE = frozenset({State.TO_ACCEPT, State.IN_HAND, State.NEEDS_FACTS})
"""States in which other departments may be asked for their share, and give it."""


class Outcome(StrEnum):
    """What became of a share."""

    OPEN = "open"
    GIVEN = "given"  # 已反馈
    RETURNED = "returned"  # 协办单位退回
    ENDED = "ended"  # 已结束: nobody waits for it any more


class Share(Base):
    """What one other department was asked for in a ticket, and what it said; given once, never overwritten."""

    __tablename__ = "ticket_share"
    __table_args__ = (Index("uq_ticket_share_open", "ticket_id", "department_id", unique=True, sqlite_where=OPEN,
                            postgresql_where=OPEN),
                      Index("ix_ticket_share_waits", "due_at", sqlite_where=OPEN, postgresql_where=OPEN))  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    asked: Mapped[str] = mapped_column(String(500))  # what it is asked for
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    due_at: Mapped[datetime]
    why_due: Mapped[list[str]] = mapped_column(JSON, default=list)
    provisional: Mapped[bool] = mapped_column(default=False)
    late_told_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[Outcome] = mapped_column(String(10), default=Outcome.OPEN)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    ended_why: Mapped[str] = mapped_column(String(500), default="")
    ticket: Mapped[Ticket] = relationship()
    department: Mapped[Department] = relationship()


def of(session: Session, ticket: Ticket) -> Sequence[Share]:
    """All that was asked of others, in order."""
    return session.scalars(select(Share).where(Share.ticket_id == ticket.id).order_by(Share.id)).all()


def waiting(session: Session, ticket: Ticket) -> Sequence[Share]:
    """What others still owe."""
    return [share for share in of(session, ticket) if share.ended_at is None] if ticket.shares_open else []


def assembled(shares: Sequence[Share]) -> str:
    """What the others said, each under its name, for the department in charge to make one answer of."""
    given = [share for share in shares if share.outcome == Outcome.GIVEN]
    return "\n".join(f"【{share.department.name}】{share.answer}" for share in given)
