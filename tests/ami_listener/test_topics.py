"""The exchange finds the urgent topics for who waits, and tells them only while the listener notes who hears them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from ami_listener.topics import FRESH, Topics
from dispatch.answering import pinning
from dispatch.calls import calls
from dispatch.calls.tellings import Telling
from dispatch.line import queue_topics
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.voice.orders import SpeechOrder
from hotline.voice.rendering import write_whole
from tests.ami_listener.switch import Switch
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.test_corrections import authorise
from tests.dispatch.town import later
from tests.knowledge_base import people

SOUND = bytes(range(80)) * 100  # a second


@pytest.fixture
def switch() -> Iterator[Switch]:
    here = Switch()
    yield here
    here.close()


def pinned(database: Database, settings: Settings) -> tuple[str, ...]:
    """Pin a topic for two hours; the names of its sounds."""
    with database.writing() as session:
        office = session.scalars(select(Department)).first() or town.unit(session, "101", "玉溪市公安局", short="公安局")
        who = people.people(session, office)
        authorise(session, office)
        entry = people.published(session, who, settings)
        pinning.pin(session, entry, most_days=7, until=later(hours=2), why="急", by=who.city, at=NOON)
        (topic,) = queue_topics.topics(session, settings=settings, at=NOON)
        return topic.sounds


def test_a_topic_is_told_once_it_has_its_sounds_and_until_it_runs_out(database: Database, settings: Settings, switch: Switch) -> None:
    names, file = pinned(database, settings), settings.folder / "exchange/generated/waiting/topics.alaw"
    keeping = Topics(settings, database)
    with Link(switch.address) as link:
        keeping.keep(link, at=NOON)
        assert (switch.store["waiting", "topics"], file.read_bytes()) == ("0", queue_topics.NOTHING)
        with database.reading() as session:
            assert set(session.scalars(select(SpeechOrder.name).where(SpeechOrder.urgent.is_(True)))) == set(names)
        for name in names:
            write_whole(settings.sounds / f"{name}.alaw", SOUND)
        keeping.keep(link, at=NOON)
        assert switch.store["waiting", "topics"] == str(int((NOON + FRESH).timestamp()))
        assert file.read_bytes().count(SOUND) == len(names)
        with database.writing() as session:
            town.call(session, node=settings.exchange_node, uniqueid="7.1")
            calls.queue(session, session.get_one(calls.Call, town.CALL), at=later(seconds=10))
        switch.waiting = [{"Queue": "hotline", "Uniqueid": "7.1", "Wait": "50"}]
        keeping.keep(link, at=NOON + timedelta(seconds=60))
        with database.reading() as session:
            assert session.scalars(select(Telling)).one().heard == "whole"
        keeping.keep(link, at=later(hours=2))
        assert (switch.store["waiting", "topics"], file.read_bytes()) == ("0", queue_topics.NOTHING)
