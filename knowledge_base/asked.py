"""What people asked: each search is kept for a while, without what points to a person; what nobody could find is
counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base, insert_into
from hotline.directory.departments import Department
from knowledge_base import phrasings
from knowledge_base.personal import keys_masked, masked
from knowledge_base.wording import normal

LONGEST = 128


class Found(StrEnum):
    """How a search went."""

    CHOSEN = "chosen"  # the person confirmed an entry
    SHOWN = "shown"  # candidates were shown or read out, none was confirmed
    UNSURE = "unsure"  # 'did you mean'
    NOTHING = "nothing"


class Way(StrEnum):
    """How a question was put."""

    WORDS = "words"
    PINYIN = "pinyin"
    KEYS = "keys"
    SPEECH = "speech"  # said aloud and recognised: no phrasing comes of it, for it may be misheard


MISSED = frozenset({Found.UNSURE, Found.NOTHING})
"""What goes on the list of what nobody could find."""


class Asked(Base):
    """One search of one person; personal figures in the words are masked before they are kept."""

    __tablename__ = "asked"
    __table_args__ = (Index("ix_asked_unanswered_id", "unanswered_id", "channel"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(10))  # words | pinyin | keys | speech
    words: Mapped[str] = mapped_column(String(128))
    call_id: Mapped[str] = mapped_column(String(40), default="", index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    found: Mapped[Found] = mapped_column(String(8), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    place: Mapped[int | None]  # of the chosen entry among the candidates, from 1
    score: Mapped[float] = mapped_column(default=0.0)
    unanswered_id: Mapped[int | None] = mapped_column(ForeignKey("unanswered.id"))


class Open(StrEnum):
    """Where an unanswered question stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class Unanswered(Base):
    """A question that found no answer, with how often it was put. While it is open, `department_id` is a guess."""

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
    decided_at: Mapped[datetime | None]
    since: Mapped[int] = mapped_column(default=0)  # how often it was put since it was decided
    compared: Mapped[bool] = mapped_column(default=False)  # with the others, whether one of them is the same
    why: Mapped[str] = mapped_column(String(300), default="")


class Spelling(Base):
    """Other words for an unanswered question: they count for it from then on."""

    __tablename__ = "unanswered_spelling"
    words: Mapped[str] = mapped_column(String(128), primary_key=True)
    unanswered_id: Mapped[int] = mapped_column(ForeignKey("unanswered.id"), index=True)


def note(session: Session, words: str, *, channel: str, way: str, found: Found, entry_id: int | None = None,
         place: int | None = None, score: float = 0.0, department_id: int | None = None, call_id: str = "",
         at: datetime) -> Asked | None:
    """Keep one search; None when nothing is left of its words. What missed is counted as unanswered; what was
    confirmed speaks for a phrasing. What a call asks twice is one asking; confirming it amends its row.

    `words` as they were put (masked here), or the pressed keys; `channel` as in the decision; `score` 0 to 100.
    """
    kept = _kept(words, way)
    if not kept or not normal(kept):
        return None
    row = _asked_before(session, kept, channel, call_id) if call_id else None
    if row is not None and (found is not Found.CHOSEN or row.found == Found.CHOSEN):
        return row
    if row is None:
        listed = _listed_as(session, kept, way, department_id) if found in MISSED else ""
        row = Asked(at=at, channel=channel, way=way, words=kept, call_id=call_id, department_id=department_id,
                    found=found, entry_id=entry_id, place=place, score=score,
                    unanswered_id=_count(session, listed, department_id, at) if listed else None)  # fmt: skip
        session.add(row)
    else:
        _answered_after_all(session, row)
        row.found, row.entry_id, row.place = found, entry_id, place or row.place
    if found is Found.CHOSEN and entry_id is not None and way == Way.WORDS:
        phrasings.heard(session, entry_id, kept, source=phrasings.SOURCES.get(channel, "call"), at=at)
    return row


@dataclass(frozen=True)
class Put:
    """A search that somebody made, to be noted when nobody waits for it; the fields are those of `note`."""

    words: str
    channel: str
    way: str
    found: Found
    at: datetime
    score: float = 0.0
    department_id: int | None = None
    call_id: str = ""


def note_all(session: Session, searches: Sequence[Put]) -> None:
    """Keep some searches."""
    for one in searches:
        note(session, **vars(one))


def way_of(words: str) -> Way:
    """How typed words were put: letters alone are pinyin."""
    return Way.PINYIN if words.replace(" ", "").isascii() and any(c.isalpha() for c in words) else Way.WORDS


def _kept(words: str, way: str) -> str:
    words = words.strip()
    return (keys_masked(words) if way == Way.KEYS else masked(words))[:LONGEST]


def _asked_before(session: Session, kept: str, channel: str, call_id: str) -> Asked | None:
    query = select(Asked).where(Asked.call_id == call_id, Asked.words == kept, Asked.channel == channel)
    return session.scalar(query.order_by(Asked.id.desc()).limit(1))


def _answered_after_all(session: Session, row: Asked) -> None:
    if row.unanswered_id is not None:
        less = update(Unanswered).where(Unanswered.id == row.unanswered_id, Unanswered.count > 0)
        session.execute(less.values(count=Unanswered.count - 1))
        row.unanswered_id = None


def _listed_as(session: Session, kept: str, way: str, department_id: int | None) -> str:
    """The words that the question is listed under; keys alone say nothing without the department they were for."""
    if way != Way.KEYS:
        return normal(kept)[:LONGEST]  # which may be longer: ℡ is three letters
    of = session.get(Department, department_id) if department_id is not None else None
    return (f"按键{kept}" + (f"（{of.short_name}）" if of else ""))[:LONGEST]


def _count(session: Session, listed: str, guess: int | None, at: datetime) -> int:
    known = session.scalar(select(Spelling.unanswered_id).where(Spelling.words == listed))
    more = {"count": Unanswered.count + 1, "since": Unanswered.since + 1, "last_at": at}
    if known is not None and session.scalar(
        update(Unanswered).where(Unanswered.id == known).values(more).returning(Unanswered.id)
    ):
        return known
    new = insert_into(session, Unanswered).values(
        words=listed, first_at=at, last_at=at, department_id=guess, count=1, since=0, state=Open.OPEN, decided_by="",
        why="", compared=listed.startswith("按键"),
    )  # fmt: skip
    put = new.on_conflict_do_update(index_elements=["words"], set_=more).returning(Unanswered.id)
    return session.execute(put).scalar_one()
