"""突发热点 for who waits in the queue: told between the music, while phones ring on; and who has heard which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.decision import Answer, Channel
from dispatch.answering.hot_topics import sayable
from dispatch.calls import tellings
from dispatch.calls.calls import Call, Step
from dispatch.calls.tellings import Telling
from hotline.settings import Settings
from hotline.voice import alaw, orders

PLACE = timedelta(seconds=6)  # what is said of his place comes first, and may cut in once
HEAD, BETWEEN = alaw.RATE // 2, alaw.RATE  # quiet before all, and after each topic
NOTHING = bytes([alaw.SILENCE]) * (alaw.RATE // 50)


@dataclass(frozen=True)
class Topic:
    """An urgent topic as it may be told now, and the names of its sounds."""

    question: str
    answer: Answer
    entry_id: int
    version_id: int
    sounds: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What the queue is told since a moment: each topic with the seconds at which it begins and ends in the sound, and
    how long it takes until all of it comes again."""

    since: datetime
    topics: tuple[tuple[Topic, float, float], ...] = ()
    round: float = 0.0


def topics(session: Session, *, settings: Settings, at: datetime) -> list[Topic]:
    """What may be told at this moment; each topic is its question and its answer."""
    found = sayable(session, most=settings.hot_topics, at=at, grace_days=settings.update_grace_days)
    return [Topic(one.entry.question, answer, one.entry.id, one.version.id,
                  (*orders.heard_names(session, one.entry.question, voice=settings.voice),
                   *orders.heard_names(session, answer.text, voice=settings.voice)))
            for one, answer in found]  # fmt: skip


def order(session: Session, topic: Topic, *, settings: Settings, at: datetime) -> None:
    """Have made what has no sound yet."""
    for text in (topic.question, topic.answer.text):
        orders.order(session, text, voice=settings.voice, urgent=True, at=at)
    orders.lost(session, list(topic.sounds))


def put_together(spoken: Sequence[tuple[Topic, Sequence[bytes]]], *, opening: bytes, music: float,
                 at: datetime) -> tuple[bytes, Told]:
    """One sound of all topics, and where in it each of them is; `music`: the seconds of the tune that follows."""
    if not spoken:
        return NOTHING, Told(at)
    sound, places = _quiet(HEAD) + opening, []
    for topic, sounds in spoken:
        begins = len(sound) / alaw.RATE
        sound += b"".join(sounds)
        places.append((topic, begins, len(sound) / alaw.RATE))
        sound += _quiet(BETWEEN)
    return sound, Told(at, tuple(places), len(sound) / alaw.RATE + music)


def note_heard(session: Session, told: Told, waits: Mapping[str, timedelta], *, node: str, at: datetime) -> None:
    """Note what those who wait (by channel's id, and for how long) have heard by now: in part, then whole.

    Who waited already when this sound came hears it from somewhere in the round, so only after a whole round."""
    there = Call.uniqueid.in_(waits), Call.node == node, Call.ended_at.is_(None)
    for call in session.scalars(select(Call).where(*there)):
        began = at - waits[call.uniqueid]
        new = began >= told.since
        since, late = (began, PLACE) if new else (told.since, PLACE + timedelta(seconds=told.round))
        for topic, begins, ends in told.topics:
            if at - since - late >= timedelta(seconds=begins):
                _note(session, call, topic, whole=at - since - late >= timedelta(seconds=ends), at=at)


def _note(session: Session, call: Call, topic: Topic, *, whole: bool, at: datetime) -> None:
    heard = "whole" if whole else "partly"
    known = select(Telling).where(Telling.call_id == call.id, Telling.entry_version_id == topic.version_id,
                                  Telling.channel == Channel.MACHINE)  # fmt: skip
    if (row := session.scalar(known)) is None:
        tellings.tell(session, call.id, topic.answer, channel=Channel.MACHINE, entry_id=topic.entry_id,
                      entry_version_id=topic.version_id, heard=heard, step=Step.NOTICE, at=at)  # fmt: skip
    elif whole:
        row.heard = heard


def _quiet(samples: int) -> bytes:
    return bytes([alaw.SILENCE]) * samples
