"""How often an entry is asked follows what callers mean: once a call, whichever way they came to it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering import asking_counts
from dispatch.answering.decision import Answer, Channel
from dispatch.callbacks.trunk import Taken
from dispatch.calls import tellings
from dispatch.calls.calls import Step
from dispatch.sweeps.duty import Duty
from dispatch.sweeps.knowing import count_askings
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.settings import Settings
from hotline.times import now
from knowledge_base import asked
from knowledge_base.asked import Asked, Found, Way
from knowledge_base.entries import Entry, EntryVersion, State, most_asked
from knowledge_base.leave import Form
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

ANSWER = Answer("请到窗口办理。", Form.FULL, None, None, "")
EVENING = later(hours=8)


@pytest.fixture
def entries(session: Session, office: Department) -> list[Entry]:
    """Three questions; the first was asked a hundred times before anybody counted."""
    rows = [Entry(department_id=office.id, question=q, state=State.PUBLISHED, published=1, asked=n) for q, n in (("一", 100), ("二", 0), ("三", 0))]
    for row in rows:
        row.versions = [EntryVersion(number=1, answer="答", spoken="答", written_by="x", valid_from=NOON.date())]
    session.add_all(rows)
    session.flush()
    return rows


def told(session: Session, entry: Entry, call_id: str, *, at: datetime = NOON, direction: str = "in", step: Step = Step.TOLD) -> None:
    if not session.get(town.Call, call_id):
        town.call(session, call_id, at=at, direction=direction)
    tellings.tell(session, call_id, ANSWER, channel=Channel.MACHINE, entry_id=entry.id, entry_version_id=entry.versions[0].id, step=step, at=at)
    session.flush()


def chosen(session: Session, entry: Entry, *, call_id: str = "", words: str = "怎么办理", at: datetime = NOON, found: Found = Found.CHOSEN) -> None:
    asked.note(session, words, channel=Channel.OPERATOR if call_id else Channel.WEB, way=Way.WORDS, found=found,
               entry_id=entry.id, call_id=call_id, at=at)  # fmt: skip


def counted(session: Session, *, at: datetime = EVENING) -> list[int]:
    stretch = asking_counts.uncounted(session, at=at)
    while stretch.until > stretch.since:
        asking_counts.count(session, stretch)
        if stretch.whole:
            break
        stretch = asking_counts.uncounted(session, at=at)
    session.expire_all()
    return list(session.scalars(select(Entry.asked).order_by(Entry.id)))


def test_what_was_told_and_what_was_confirmed_count_once_a_call_beside_what_stood_before(session: Session, entries: list[Entry]) -> None:
    first, second, third = entries
    told(session, first, "a")
    told(session, first, "a", at=later(minutes=1))  # said again by the operator
    chosen(session, first, call_id="a")
    told(session, second, "b")
    town.call(session, "c")
    chosen(session, second, call_id="c")  # who is in charge was named
    chosen(session, third)
    chosen(session, third, words="另一种说法")  # on the web, by whomever
    chosen(session, third, words="没有确认", found=Found.SHOWN)
    assert counted(session) == [101, 2, 2]
    assert counted(session) == [101, 2, 2], "what was counted isn't counted again"
    assert [entry.question for entry in most_asked(session, first.department_id, on=NOON.date(), most=3)] == ["一", "二", "三"]


def test_who_is_rung_or_hears_an_urgent_topic_while_he_waits_has_asked_for_nothing(session: Session, entries: list[Entry]) -> None:
    told(session, entries[1], "out", direction="out")
    told(session, entries[1], "waits", step=Step.NOTICE)
    assert counted(session) == [100, 0, 0]
    told(session, entries[1], "waits", at=later(hours=8, minutes=5))
    assert counted(session, at=later(hours=10)) == [100, 1, 0], "and then asked for it"


def test_a_call_counts_once_it_is_over_and_once_though_it_lies_in_two_stretches(session: Session, entries: list[Entry]) -> None:
    edge = later(hours=7)
    told(session, entries[1], "a", at=edge)
    chosen(session, entries[2], call_id="a", at=edge)
    told(session, entries[1], "a", at=edge + timedelta(minutes=5))
    told(session, entries[2], "a", at=edge + timedelta(minutes=5))
    assert counted(session, at=edge + timedelta(minutes=59)) == [100, 0, 0]
    assert counted(session, at=edge + timedelta(minutes=60)) == [100, 1, 0], "what was chosen counts with what is told of it"
    assert counted(session, at=edge + timedelta(hours=2)) == [100, 1, 1]


def test_years_of_askings_are_counted_a_stretch_at_a_time_and_by_one_of_two(session: Session, entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_counts, "AT_ONCE", 3)
    for number in range(10):
        told(session, entries[number % 2], f"c{number}", at=later(minutes=number // 2))  # two at a moment
    stretch = asking_counts.uncounted(session, at=EVENING)
    assert (stretch.counts.total(), stretch.until, stretch.whole) == (4, later(minutes=1), False), "what is of one moment isn't divided"
    asking_counts.count(session, stretch)
    asking_counts.count(session, stretch)
    assert session.scalars(select(Entry.asked).order_by(Entry.id)).all() == [102, 2, 0]
    assert counted(session) == [105, 5, 0]


def test_the_worker_counts_and_writes_only_what_was_asked(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局")
        for n in range(5):
            session.add(Entry(department_id=office.id, question=f"问{n}", asked=n))
        session.flush()
        entry_id = session.scalars(select(Entry.id).where(Entry.question == "问3")).one()
        session.add(Asked(at=now() - timedelta(hours=2), channel="web", way="words", words="问", found=Found.CHOSEN, entry_id=entry_id))
    duty = Duty(settings, database, Bus(f"unix://{settings.folder}/nobody.sock"), lambda *_: None, frozenset, Taken)
    for _ in range(2):
        count_askings(duty)
    with database.reading() as session:
        assert session.scalars(select(Entry.asked).order_by(Entry.id)).all() == [0, 1, 2, 4, 4]
    assert "asking_counts" in duty.looked
