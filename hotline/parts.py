"""The parts of the running system: each says in the database that it lives, since when, and what troubles it."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base

SILENT_AFTER = timedelta(seconds=30)


class Part(Base):
    """One process of ours on one machine."""

    __tablename__ = "part"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    node: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    well: Mapped[bool] = mapped_column(default=True)
    words: Mapped[str] = mapped_column(String(300), default="")
    blind_since: Mapped[datetime | None]  # the listener: since when the exchange can't be heard


def beat(session: Session, name: str, *, node: str = "", well: bool = True, words: str = "",
         blind_since: datetime | None = None, at: datetime) -> None:
    """Say that a part lives, and how it is."""
    row = session.get(Part, (name, node))
    if row is None:
        row = Part(name=name, node=node, started_at=at, beat_at=at)
        session.add(row)
    row.beat_at, row.well, row.words, row.blind_since = at, well, words[:300], blind_since


def lives(part: Part, *, at: datetime) -> bool:
    """Whether the part was heard of lately."""
    return at - part.beat_at < SILENT_AFTER
