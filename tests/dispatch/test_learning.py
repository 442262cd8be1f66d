"""What the worker does for the knowledge base to learn."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from dispatch.answering import learning
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import CHINA, now
from knowledge_base import asked, measured
from knowledge_base.asked import Asked, Found, Unanswered
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search import limits, own_questions
from knowledge_base.search.limits import Limits
from tests.dispatch import town

NIGHT = datetime(2026, 11, 23, 3, 30, tzinfo=CHINA)


def _broken(session: object, *, on: date) -> None:
    raise ValueError(on)


@pytest.fixture
def stocked(database: Database) -> Database:
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局")
        for number, question in ((1, "居住证到期了怎么续签"), (2, "养犬登记需要什么材料")):
            session.add(Entry(id=number, department_id=office.id, question=question, state=State.PUBLISHED, published=1, keywords=[]))
            session.flush()
            session.add(EntryVersion(entry_id=number, number=1, answer="a", spoken="a", written_by="x", valid_from=date(2020, 1, 1)))
    return database


def test_spellings_are_gathered_and_old_askings_go(stocked: Database, settings: Settings) -> None:
    with stocked.writing() as session:
        for days, words in ((400, "旧问题怎么办"), (1, "养犬证丢失怎么办"), (1, "养犬证丢失了怎么办")):
            asked.note(session, words, channel="web", way="words", found=Found.NOTHING, at=now() - timedelta(days=days))
    looked: dict[str, datetime] = {}
    learning.gather(stocked)
    learning.tidy(stocked, settings, looked=looked, at=now())
    with stocked.reading() as session:
        assert {r.words: r.count for r in session.scalars(select(Unanswered))} == {"旧问题怎么办": 1, "养犬证丢失怎么办": 2}
        assert [r.words for r in session.scalars(select(Asked).order_by(Asked.id))] == ["养犬证丢失怎么办", "养犬证丢失了怎么办"]


def test_phrasings_are_measured_once_a_night_with_the_products_own_search(stocked: Database) -> None:
    with stocked.writing() as session:
        session.add(Phrasing(entry_id=1, text="绿本本作废咋整", approval=Approval.APPROVED, decided_at=now() - timedelta(days=3)))
        asked.note(session, "绿本本作废", channel="web", way="words", found=Found.CHOSEN, entry_id=1, at=now())
    looked: dict[str, datetime] = {}
    assert learning.measure_at_night(stocked, looked=looked, at=NIGHT - timedelta(hours=1)) is None
    thread = learning.measure_at_night(stocked, looked=looked, at=NIGHT)
    assert thread is not None
    thread.join(30)
    assert learning.measure_at_night(stocked, looked=looked, at=NIGHT + timedelta(minutes=5)) is None
    with stocked.reading() as session:
        [row] = measured.last(session)
    assert (row.askings, row.s1, row.s1_without) == (1, 1.0, 0.0)


def test_where_not_knowing_begins_is_measured_with_them_and_what_fails_keeps_nothing_else(stocked: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = limits.measured(limits.MEANING, [40.0] * limits.FEWEST, [10.0])
    monkeypatch.setattr(own_questions, "measure", lambda of: [drawn] * (len(of.index) == 2))
    learning.measure(stocked)
    with stocked.reading() as session:
        assert limits.kept(session) == Limits(meaning=40.0)
    monkeypatch.setattr(own_questions, "collection", _broken)
    learning.measure(stocked)
    with stocked.reading() as session:
        assert limits.kept(session) == Limits(meaning=40.0), "the last one holds"
