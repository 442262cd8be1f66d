"""Sentences that are owed a rendering: ordered when an answer becomes speakable, made by the worker."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base, insert_into
from hotline.voice.kokoro import voice_name
from hotline.voice.readings import Reading, said, standing
from hotline.voice.rendering import sentences, sound_name

MOST_TRIES = 3
AT_ONCE = 500  # rows of one statement


class SpeechOrder(Base):
    """One sentence in one voice; `name` is the stem of its sound file."""

    __tablename__ = "speech_order"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text, default="")  # as the voice is given it, where the office reads it otherwise
    voice: Mapped[str] = mapped_column(String(40))
    urgent: Mapped[bool] = mapped_column(default=False)
    corrected: Mapped[bool] = mapped_column(default=False)  # the office hears it again: after what a caller waits for
    ordered_at: Mapped[datetime]
    made_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(200), default="")


def order(session: Session, text: str, *, voice: str, urgent: bool = False, at: datetime) -> list[str]:
    """Order every sentence of the text from a speaker; the names of their sounds, in the order of speaking.

    Ordering again is free, and makes urgent what somebody waits for."""
    return order_sentences(session, sentences(text), voice=voice, urgent=urgent, at=at)


def order_sentences(session: Session, some: Iterable[str], *, voice: str, urgent: bool = False, corrected: bool = False,
                    at: datetime) -> list[str]:  # fmt: skip
    """The same of sentences that are speakable, read as the office wants it."""
    readings = standing(session).wanted
    rows = [_row(one, said(one, readings), voice) for one in some]
    once = list({row["name"]: row for row in rows}.values())
    first = "urgent" if urgent else "corrected"
    for first_of in range(0, len(once), AT_ONCE):
        part = once[first_of : first_of + AT_ONCE]
        values = [row | {"urgent": urgent, "corrected": corrected, "ordered_at": at} for row in part]
        statement = insert_into(session, SpeechOrder).values(values)
        again = statement.on_conflict_do_update(index_elements=[SpeechOrder.name], set_={first: True})
        nothing = statement.on_conflict_do_nothing(index_elements=[SpeechOrder.name])
        session.execute(again if urgent or corrected else nothing)
    return [str(row["name"]) for row in rows]


def _row(sentence: str, spoken: str, voice: str) -> dict[str, object]:
    name = sound_name(spoken, voice_name(voice))
    otherwise = "" if spoken == sentence else spoken
    return {"name": name, "text": sentence, "said": otherwise, "voice": voice, "tries": 0, "fault": ""}


def names_of(text: str, *, voice: str, readings: Iterable[Reading] = ()) -> list[str]:
    """The names of a text's sounds from a speaker, in the order of speaking, whether made or not."""
    return names_said(sentences(text), voice=voice, readings=readings)


def names_said(some: Iterable[str], *, voice: str, readings: Iterable[Reading] = ()) -> list[str]:
    """The same of sentences that are speakable."""
    known = tuple(readings)
    return [sound_name(said(one, known), voice_name(voice)) for one in some]


def heard_names(session: Session, text: str, *, voice: str) -> list[str]:
    """The names of the sounds that are heard of a text: where a new reading isn't made yet, those of before."""
    readings = standing(session)
    new = names_of(text, voice=voice, readings=readings.wanted)
    old = names_of(text, voice=voice, readings=readings.settled)
    missing = set(unmade(session, new + old)) if new != old else set()
    return [b if a in missing and b not in missing else a for a, b in zip(new, old, strict=True)]


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
        .order_by(SpeechOrder.urgent.desc(), SpeechOrder.corrected.desc(), SpeechOrder.tries, SpeechOrder.ordered_at)
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
    return failed(session, names) > 0


def failed(session: Session, names: list[str]) -> int:
    """At how many of these sounds it failed so."""
    given_up = SpeechOrder.name.in_(names), SpeechOrder.made_at.is_(None), SpeechOrder.tries >= MOST_TRIES
    return session.scalar(select(func.count()).where(*given_up)) or 0
