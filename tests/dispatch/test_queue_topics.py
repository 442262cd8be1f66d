"""Who waits hears the urgent topics that the machine may tell, and what he heard of them is kept as evidence."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering import pinning
from dispatch.callbacks import correction_list, correction_people
from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, CallStep, Outcome, Step
from dispatch.calls.tellings import Telling
from dispatch.line.queue_topics import BETWEEN, HEAD, NOTHING, PLACE, Told, Topic, note_heard, put_together, topics
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.voice import alaw
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import EntryVersion
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.test_corrections import authorise
from tests.dispatch.town import later
from tests.knowledge_base import people

SECOND = bytes(alaw.RATE)
NODE = "here"
TUNE = 27.0


@pytest.fixture
def topic(session: Session, office: Department, settings: Settings) -> Topic:
    """The one urgent topic, pinned for two hours."""
    who = people.people(session, office)
    authorise(session, office)
    entry = people.published(session, who, settings, question="今晚停水吗？")
    pinning.pin(session, entry, most_days=7, until=later(hours=2), why="突发停水", by=who.city, at=NOON)
    (found,) = topics(session, settings=settings, at=later(minutes=1))
    return found


def waits(session: Session, number: int = 1, *, node: str = NODE) -> Call:
    call = town.call(session, f"call-{number}", node=node, uniqueid=f"{number}.1")
    calls.queue(session, call, at=NOON)
    return call


def heard(session: Session, told: Told, seconds: float, *, at: datetime) -> list[tuple[str, str]]:
    note_heard(session, told, {"1.1": timedelta(seconds=seconds)}, node=NODE, at=at)
    return [(row.call_id, row.heard) for row in session.scalars(select(Telling).order_by(Telling.id))]


def test_only_what_is_pinned_and_authorised_at_that_moment_is_told(session: Session, topic: Topic, settings: Settings) -> None:
    assert (topic.question, topic.answer.text) == ("今晚停水吗？", people.CONTENT.spoken)
    assert len(topic.sounds) == 2
    assert topics(session, settings=settings, at=later(hours=2)) == [], "it has run out"
    session.scalars(select(Authorisation)).one().revoked_at = later(minutes=5)
    assert topics(session, settings=settings, at=later(minutes=6)) == [], "nobody has leave any more"


def test_each_has_its_place_in_one_sound_and_where_there_is_none_nothing_is_heard(topic: Topic) -> None:
    sound, told = put_together([(topic, [SECOND, SECOND * 2])], opening=SECOND, music=TUNE, at=NOON)
    begins = HEAD / alaw.RATE + 1
    assert told == Told(NOON, ((topic, begins, begins + 3),), begins + 3 + BETWEEN / alaw.RATE + TUNE)
    assert len(sound) == (told.round - TUNE) * alaw.RATE
    assert put_together([], opening=SECOND, music=TUNE, at=NOON) == (NOTHING, Told(NOON))


def test_what_he_has_heard_of_it_is_noted_in_part_then_whole_and_once(session: Session, topic: Topic) -> None:
    told, call = Told(NOON, ((topic, 2, 10),), 40), waits(session)
    first = PLACE.total_seconds() + 2
    assert heard(session, told, first - 0.1, at=later(minutes=1)) == []
    assert heard(session, told, first, at=later(minutes=1)) == [(call.id, "partly")]
    assert heard(session, told, first + 8, at=later(minutes=1)) == heard(session, told, 50, at=later(minutes=2)) == [(call.id, "whole")]
    row = session.scalars(select(Telling)).one()
    assert (row.entry_version_id, row.authorisation_id, row.words) == (topic.version_id, topic.answer.authorisation_id, topic.answer.text)
    assert [step.kind for step in session.scalars(select(CallStep).order_by(CallStep.id))] == [Step.BEGAN, Step.QUEUED, Step.NOTICE]
    version = session.get_one(EntryVersion, topic.version_id)
    keys = session.execute(correction_list.listed(version)).all()
    assert [one.call for one in correction_people.told_of(session, version, keys)] == [call], "should it be wrong, he is told so"


def test_who_waited_before_it_came_has_heard_it_after_a_whole_round(session: Session, topic: Topic) -> None:
    waits(session)
    told = Told(later(minutes=1), ((topic, 2, 10),), 40)
    assert heard(session, told, 100, at=later(minutes=1, seconds=30)) == []
    assert heard(session, told, 130, at=later(minutes=1, seconds=60)) == [("call-1", "whole")]


def test_who_waits_at_another_exchange_hears_another_sound(session: Session, topic: Topic) -> None:
    waits(session, node="there")
    assert heard(session, Told(NOON, ((topic, 2, 10),), 40), 60, at=later(minutes=1)) == []


def test_who_heard_it_and_hung_up_has_still_been_answered_by_nobody(session: Session, topic: Topic) -> None:
    call = waits(session)
    heard(session, Told(NOON, ((topic, 2, 10),), 40), 60, at=later(minutes=1))
    settling.end(session, call.id, at=later(minutes=2))
    assert call.outcome == Outcome.ABANDONED
