"""What the exchange's own book tells of its queues, a row for each of its lines."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.calls.queue_lines import Kind
from hotline.database import Base


class QueueEvent(Base):
    """One line of the book. `agent`: the operator's login, or what the exchange calls him whom nobody here knows."""

    __tablename__ = "queue_event"
    node: Mapped[str] = mapped_column(String(40), primary_key=True)
    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)  # another line, where a disk has lost what stood there
    kind: Mapped[Kind] = mapped_column(String(20))
    queue: Mapped[str] = mapped_column(String(80))
    uniqueid: Mapped[str] = mapped_column(String(60), index=True)
    call_id: Mapped[str | None] = mapped_column(String(40), index=True)
    agent: Mapped[str] = mapped_column(String(60))
    rank: Mapped[int | None]
    seconds: Mapped[float | None]  # that he waited, that it rang, or that they talked
    said: Mapped[str] = mapped_column(String(80))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))  # of a ring that nobody took


def of_call(session: Session, call_id: str) -> list[QueueEvent]:
    """What the book tells of one call, in its order."""
    query = select(QueueEvent).where(QueueEvent.call_id == call_id)
    return list(session.scalars(query.order_by(QueueEvent.at, QueueEvent.file, QueueEvent.position)))
