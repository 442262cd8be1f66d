"""Which of several exchanges holds the queues: the others lead to it who wants a person, and stand by."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base
from hotline.settings import Settings


class QueueHeld(Base):
    """From when on an exchange has held the queues; the youngest row is how it stands."""

    __tablename__ = "queue_held"
    id: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]


def next_holder(order: Sequence[str], held_by: str, *, dead: Collection[str], drained: Collection[str]) -> str:
    """Who holds the queues now: who held them, as long as he can; else the first who can. Nothing goes back by itself:
    callers who wait would be led from one queue to another. A drained one is better than none."""
    living = [name for name in order if name not in dead]
    able = [name for name in living if name not in drained]
    if held_by in able:
        return held_by
    return next(iter([*able, *([held_by] if held_by in living else living)]), held_by)


def holder(session: Session, *, settings: Settings) -> str:
    """Who holds the queues; without others, the only one."""
    if not settings.more_exchanges:
        return settings.exchange_node
    youngest = session.scalar(select(QueueHeld.node).order_by(QueueHeld.id.desc()).limit(1))
    return youngest or settings.exchange_node


def take(session: Session, node: str, *, at: datetime) -> None:
    """From now on this one holds them."""
    session.add(QueueHeld(node=node, since=at))
