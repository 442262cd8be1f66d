"""Sentences that are owed a rendering: ordered when an answer becomes speakable, made by the worker."""

from datetime import datetime

from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base, insert_into
from hotline.voice.kokoro import voice_name
from hotline.voice.rendering import sentences, spoken_name

MOST_TRIES = 3


class SpeechOrder(Base):
    """One sentence in one voice; `name` is the stem of its sound file."""

    __tablename__ = "speech_order"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    voice: Mapped[str] = mapped_column(String(40))
    urgent: Mapped[bool] = mapped_column(default=False)
    ordered_at: Mapped[datetime]
    made_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(200), default="")


def order(session: Session, text: str, *, voice: str, urgent: bool = False, at: datetime) -> list[str]:
    """Order every sentence of the text from a speaker; the names of their sounds, in the order of speaking.

    Ordering again is free, and makes urgent what somebody waits for."""
    spoken = [(spoken_name(sentence, voice_name(voice)), sentence) for sentence in sentences(text)]
    for name, sentence in spoken:
        row = {
            "name": name,
            "text": sentence,
            "voice": voice,
            "urgent": urgent,
            "ordered_at": at,
            "tries": 0,
            "fault": "",
        }
        statement = insert_into(session, SpeechOrder).values(row)
        again = statement.on_conflict_do_update(index_elements=[SpeechOrder.name], set_={"urgent": True})
        session.execute(again if urgent else statement.on_conflict_do_nothing(index_elements=[SpeechOrder.name]))
    return [name for name, _ in spoken]


def names_of(text: str, *, voice: str) -> list[str]:
    """The names of a text's sounds from a speaker, in the order of speaking, whether made or not."""
    return [spoken_name(sentence, voice_name(voice)) for sentence in sentences(text)]


def lost(session: Session, names: list[str]) -> None:
    """The files of these sounds are gone (a restore without them, say): they are owed anew."""
    session.execute(
        update(SpeechOrder)
        .where(SpeechOrder.name.in_(names), SpeechOrder.made_at.is_not(None))
        .values(made_at=None, tries=0, urgent=True)
    )


def next_owed(session: Session) -> SpeechOrder | None:
    """The sentence to make next: what somebody waits for first, then the oldest."""
    query = (
        select(SpeechOrder)
        .where(SpeechOrder.made_at.is_(None), SpeechOrder.tries < MOST_TRIES)
        .order_by(SpeechOrder.urgent.desc(), SpeechOrder.tries, SpeechOrder.ordered_at)
        .limit(1)
    )
    return session.scalar(query)


def unmade(session: Session, names: list[str]) -> list[str]:
    """Which of these sounds are not made yet."""
    query = select(SpeechOrder.name).where(SpeechOrder.name.in_(names), SpeechOrder.made_at.is_not(None))
    made = set(session.scalars(query))
    return [name for name in names if name not in made]


def hopeless(session: Session, names: list[str]) -> bool:
    """Whether the voice failed at one of these sounds so often that it isn't asked for it any more."""
    failed = SpeechOrder.name.in_(names), SpeechOrder.made_at.is_(None), SpeechOrder.tries >= MOST_TRIES
    return session.scalar(select(SpeechOrder.name).where(*failed).limit(1)) is not None
