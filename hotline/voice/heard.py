"""What the office has heard of the machine's voice, by the very sound: what changed is unheard again."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base, insert_into


class SoundHeard(Base):
    """A sound that somebody of the office heard to its end."""

    __tablename__ = "sound_heard"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))


def name_of(parts: Iterable[str]) -> str:
    """The name of what is heard when these sounds are, one after the other."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def note(session: Session, name: str, *, by: str, at: datetime) -> None:
    """Write down that it was heard; who heard it last stands there."""
    row = {"at": at, "by": by}
    statement = insert_into(session, SoundHeard).values({"name": name, **row})
    session.execute(statement.on_conflict_do_update(index_elements=[SoundHeard.name], set_=row))


def heard(session: Session, names: Iterable[str]) -> dict[str, SoundHeard]:
    """Those of these that were heard."""
    wanted = list(names)
    parts = (wanted[n : n + 1000] for n in range(0, len(wanted), 1000))
    queries = (select(SoundHeard).where(SoundHeard.name.in_(part)) for part in parts)
    return {row.name: row for query in queries for row in session.scalars(query)}
