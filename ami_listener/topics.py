"""Keeps the urgent topics that who waits hears between the music, and notes of everybody what he has heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dispatch.line import queue_topics
from dispatch.line.queue_topics import NOTHING, Told, Topic
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.voice import alaw, house_prompts
from hotline.voice.prompts import HOME
from hotline.voice.rendering import write_whole

FRESH = timedelta(seconds=30)  # older, and nobody who comes is told anything: nobody would know that he heard it
TUNE = (HOME / "sounds/moh/tune.alaw").stat().st_size / alaw.RATE


@dataclass
class Topics:
    """What one exchange tells who waits."""

    settings: Settings
    database: Database
    _told: Told | None = None
    _opening: bytes = NOTHING

    def keep(self, link: Link, *, at: datetime) -> None:
        """Put the sound where the exchange finds it, as the topics are now, and have it believe that for a while."""
        with self.database.reading() as session:
            found = queue_topics.topics(session, settings=self.settings, at=at)
        made = [(topic, sounds) for topic in found if (sounds := self._made(topic))]
        self._order([topic for topic in found if not self._made(topic)], at)
        told, opening = self._told, house_prompts.sound("hot_topics", self.settings.folder) if made else NOTHING
        same = told is not None and [topic for topic, _, _ in told.topics] == [topic for topic, _ in made]
        if told is None or not same or opening != self._opening:
            told = self._told = self._put(made, opening, at)
            self._opening = opening
        actions.db_put(link, "waiting", "topics", str(int((at + FRESH).timestamp())) if made else "0")
        if made:
            self._note(link, told, at)

    def _put(self, made: Sequence[tuple[Topic, Sequence[bytes]]], opening: bytes, at: datetime) -> Told:
        sound, told = queue_topics.put_together(made, opening=opening, music=TUNE, at=at)
        write_whole(self.settings.folder.resolve() / "exchange/generated/waiting/topics.alaw", sound)
        return told

    def _made(self, topic: Topic) -> list[bytes]:
        """Its sounds; none while one isn't made."""
        paths = [self.settings.sounds / f"{name}.alaw" for name in topic.sounds]
        return [path.read_bytes() for path in paths] if all(map(Path.exists, paths)) else []

    def _order(self, unmade: Sequence[Topic], at: datetime) -> None:
        if unmade:
            with self.database.writing() as session:
                for topic in unmade:
                    queue_topics.order(session, topic, settings=self.settings, at=at)

    def _note(self, link: Link, told: Told, at: datetime) -> None:
        waits = waiting(actions.queue_status(link))
        if waits:
            with self.database.writing() as session:
                queue_topics.note_heard(session, told, waits, node=self.settings.exchange_node, at=at)


def waiting(rows: Sequence[Mapping[str, str]]) -> dict[str, timedelta]:
    """Who waits in a queue, by his channel's id, and since when."""
    return {row.get("Uniqueid", ""): timedelta(seconds=int(row.get("Wait") or 0))
            for row in rows if row.get("Event") == "QueueEntry"}  # fmt: skip
