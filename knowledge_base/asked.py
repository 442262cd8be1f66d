"""What people asked, and what nobody could find: the list that departments work off."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class Found(StrEnum):
    """How a search went."""

    CHOSEN = "chosen"  # the person confirmed an entry
    SHOWN = "shown"  # candidates were shown or read out, none was confirmed
    UNSURE = "unsure"  # 'did you mean'
    NOTHING = "nothing"


class Asked(Base):
    """One search of one person; personal figures in the words are masked before they are kept."""

    __tablename__ = "asked"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(10))  # words | pinyin | keys
    words: Mapped[str] = mapped_column(String(128))
    call_id: Mapped[str] = mapped_column(String(40), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    found: Mapped[Found] = mapped_column(String(8), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    place: Mapped[int | None]  # of the chosen entry among the candidates, from 1
    score: Mapped[float] = mapped_column(default=0.0)


class Open(StrEnum):
    """Where an unanswered question stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class Unanswered(Base):
    """A question that found no answer, with how often it was put."""

    __tablename__ = "unanswered"
    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(128), unique=True)
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    state: Mapped[Open] = mapped_column(String(10), default=Open.OPEN, index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    why: Mapped[str] = mapped_column(String(300), default="")
