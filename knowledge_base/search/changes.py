"""What changed for who searches, as the database itself notes it: by pages, imports, or a hand at its console."""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, ColumnElement, Integer, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base

_Big = BigInteger().with_variant(Integer, "sqlite")
KEPT = 50_000
"""Older rows may be swept; whoever lost sight of them starts anew."""


class Change(Base):
    """One row that changed, written by a trigger in the transaction that changed it; `moment` is that transaction's
    number on PostgreSQL, 0 on SQLite."""

    __tablename__ = "knowledge_change"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (SQLAlchemy reads it as a plain attribute)
    id: Mapped[int] = mapped_column(_Big, primary_key=True)
    moment: Mapped[int] = mapped_column(BigInteger, default=0, index=True)
    kind: Mapped[str] = mapped_column(String(10))  # entry | licence | synonym | department | vector | limit | rebuild
    thing: Mapped[str] = mapped_column(String(64))


@dataclass
class Watch:
    """What one process has seen of the changes."""

    _from: int = -1
    _seen: set[int] = field(default_factory=set)

    def begin(self, session: Session) -> None:
        """See what comes from now on. Call it before reading what the changes are to: nothing falls between."""
        self._from, self._seen = _horizon(session), set()

    def look(self, session: Session) -> list[tuple[str, str]] | None:
        """What changed since the last look, as kind and thing; None: too much was swept meanwhile, start anew.

        One range of an index, however many entries there are."""
        column, ahead = _column(session), _horizon(session)
        rows = session.execute(select(Change.id, column, Change.kind, Change.thing).where(column >= self._from)).all()
        if self._swept(session, len(rows)):
            return None
        new = [row for row in rows if row[0] not in self._seen]
        # What may still be joined by rows of unfinished transactions is looked at again, and known by its number.
        self._from, self._seen = ahead, {row[0] for row in rows if row[1] >= ahead}
        return list(dict.fromkeys((row[2], row[3]) for row in new))

    def _swept(self, session: Session, found: int) -> bool:
        if not found:
            return False
        oldest = session.execute(select(Change.id, _column(session)).order_by(Change.id).limit(1)).one()
        return oldest[0] > 1 and oldest[1] > self._from


def sweep(session: Session) -> int:
    """Take away all but the latest changes; how many."""
    last = session.scalar(select(func.max(Change.id))) or 0
    gone = session.execute(text("DELETE FROM knowledge_change WHERE id <= :limit"), {"limit": last - KEPT})
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _column(session: Session) -> "ColumnElement[int]":
    return Change.moment.expression if _transactions_overlap(session) else Change.id.expression


def _horizon(session: Session) -> int:
    """Below it everything has happened that will."""
    if _transactions_overlap(session):
        return int(session.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one())
    return (session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'knowledge_change'")) or 0) + 1


def _transactions_overlap(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
