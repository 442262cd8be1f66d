"""Making the index anew on demand (重建索引): somebody asks once, and each process that has an index reads everything
again and says here when it began and when it was done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base

HOLDERS = ("agi", "web", "public")
"""The processes that have an index, as they call themselves."""
SEEN_WITHIN = timedelta(seconds=2)
"""Until then a process may not have looked yet."""
ANSWERED_WITHIN = timedelta(seconds=10)
"""Who has not begun by then isn't there, or follows the database no more."""
BEAT_EVERY = timedelta(seconds=2)
"""Who reads says so often that he lives."""
LOST_AFTER = timedelta(seconds=15)
"""Who has not said so for this long has died over it."""


class Order(Base):
    """Somebody wants every index made anew; a trigger notes it among the changes that each process looks at."""

    __tablename__ = "index_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))


class Rebuilt(Base):
    """One process's answer: until `done_at` the index of before is searched."""

    __tablename__ = "index_rebuilt"
    order_id: Mapped[int] = mapped_column(ForeignKey("index_order.id"), primary_key=True)
    process: Mapped[str] = mapped_column(String(80), primary_key=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # when it last said that it is still reading
    done_at: Mapped[datetime | None]
    entries: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be said of it."""
        return self.done_at is not None or self.trouble != ""

    def is_lost(self, at: datetime) -> bool:
        """Whether its process died over it."""
        return not self.is_over and at - (self.seen_at or self.begun_at) > LOST_AFTER


def order(session: Session, *, by: str, at: datetime) -> int:
    """Ask every process for an index made anew; the order's number."""
    row = Order(by=by, at=at)
    session.add(row)
    session.flush()
    audit.note(session, "index.rebuild", by=by, at=at, about=("index", row.id))
    return row.id


def latest(session: Session) -> int:
    """The number of the last order; 0 before the first."""
    return session.scalar(select(func.max(Order.id))) or 0


@dataclass(frozen=True)
class Standing:
    """How an order goes: what the processes said, which of them died over it, and which of those that should have an
    index said nothing in time."""

    order: Order
    said: Sequence[Rebuilt]
    lost: Collection[str]
    silent: Sequence[str]
    running: bool

    @property
    def well(self) -> bool:
        """Whether every process that said anything has its new index."""
        return bool(self.said) and all(one.done_at is not None for one in self.said)


def standing(session: Session, *, at: datetime) -> Standing | None:
    """How the last order goes; None before the first."""
    order = session.get(Order, latest(session))
    if order is None:
        return None
    said, age = answers(session, order.id), at - order.at
    heard = {one.process.partition("@")[0] for one in said}
    missing = [name for name in HOLDERS if name not in heard]
    lost = {one.process for one in said if one.is_lost(at)}
    working = any(not one.is_over and one.process not in lost for one in said)
    waits = age < (ANSWERED_WITHIN if missing else SEEN_WITHIN)
    return Standing(order, said, lost, () if waits else missing, working or waits)


def answers(session: Session, order_id: int) -> Sequence[Rebuilt]:
    """What the processes said to an order."""
    return session.scalars(select(Rebuilt).where(Rebuilt.order_id == order_id).order_by(Rebuilt.process)).all()


def begun(session: Session, order_id: int, process: str, *, at: datetime) -> None:
    """A process reads everything again."""
    session.merge(Rebuilt(order_id=order_id, process=process, begun_at=at, seen_at=at, done_at=None, entries=None,
                          trouble=""))  # fmt: skip


def lives(session: Session, order_id: int, process: str, *, at: datetime) -> None:
    """It is still reading."""
    own = Rebuilt.order_id == order_id, Rebuilt.process == process
    session.execute(update(Rebuilt).where(*own, Rebuilt.done_at.is_(None)).values(seen_at=at))


def over(session: Session, order_id: int, process: str, *, entries: int | None, at: datetime,
         trouble: str = "") -> None:
    """Its new index is the one that is searched now; or it could not be made, and why."""
    row = session.get(Rebuilt, (order_id, process)) or Rebuilt(order_id=order_id, process=process, begun_at=at)
    row.done_at, row.entries, row.trouble = (None if trouble else at), entries, trouble[:300]
    session.add(row)
