"""Every change that a search must follow is noticed, whoever makes it, and in whatever order transactions end."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.directory.departments import Department, Succession
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search import changes
from knowledge_base.search.changes import Watch
from knowledge_base.search.embeddings import Embedding
from knowledge_base.synonyms import Synonym

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def stocked(database: Database) -> Database:
    with database.writing() as session:
        session.add(Department(id=1, code="101", name="玉溪市公安局", short_name="公安局"))
        session.add(Department(id=2, code="102", name="玉溪市民政局", short_name="民政局"))
        session.flush()
        session.add(Entry(id=1, department_id=1, question="居住证如何续签？", state=State.PUBLISHED, published=1, keywords=[]))
        session.flush()
        session.add(EntryVersion(id=1, entry_id=1, number=1, answer="a", spoken="a", written_by="x", valid_from=date(2026, 1, 1)))
        session.add(Phrasing(id=1, entry_id=1, text="居住证到期", approval=Approval.PROPOSED))
        session.add(Synonym(id=1, words=["居住证", "居住卡"], by="x", at=NOON))
        session.add(Embedding(digest="d" * 64, model="m", vector=b"1"))
    return database


def watch(database: Database) -> Watch:
    seen = Watch()
    with database.reading() as session:
        seen.begin(session)
        assert seen.look(session) == []
    return seen


def noticed(seen: Watch, database: Database) -> list[tuple[str, str]] | None:
    with database.reading() as session:
        return seen.look(session)


def an_entry(session: Session) -> None:
    session.add(Entry(id=7, department_id=2, question="结婚登记", keywords=[]))


def a_phrasing(session: Session) -> None:
    session.add(Phrasing(id=7, entry_id=1, text="续签居住证", approval=Approval.APPROVED))


def a_synonym(session: Session) -> None:
    session.add(Synonym(id=7, words=["a", "b"], by="x", at=NOON))


def a_succession(session: Session) -> None:
    session.add(Succession(predecessor_id=1, successor_id=2, kind="merged", on=date(2026, 1, 1)))


def a_vector(session: Session) -> None:
    session.add(Embedding(digest="e" * 64, model="m", vector=b"1"))


def an_approval(session: Session) -> None:
    session.get_one(Phrasing, 1).approval = Approval.APPROVED


def a_withdrawal(session: Session) -> None:
    session.get_one(Entry, 1).state = State.WITHDRAWN


def a_name(session: Session) -> None:
    session.get_one(Department, 1).aliases = ["市公安局"]


DEEDS: list[tuple[Callable[[Session], None] | str, set[tuple[str, str]]]] = [
    (an_entry, {("entry", "7")}), (a_phrasing, {("entry", "1")}), (an_approval, {("entry", "1")}),
    (a_withdrawal, {("entry", "1")}), (a_synonym, {("synonym", "7")}), (a_name, {("department", "1")}),
    (a_succession, {("department", "2")}), (a_vector, {("vector", "e" * 64)}),
    ("UPDATE entry SET question = '居住证怎么续签' WHERE id = 1", {("entry", "1")}),
    ("UPDATE entry SET published = 2", {("entry", "1")}),
    ("UPDATE entry SET category = '户籍'", {("entry", "1")}),
    ("UPDATE entry SET department_id = 2", {("entry", "1")}),
    ("UPDATE entry SET hot_until = '2026-11-24 00:00:00'", {("entry", "1")}),
    ("UPDATE entry_version SET valid_to = '2026-11-24'", {("entry", "1")}),
    ("DELETE FROM entry_version", {("entry", "1")}),
    ("UPDATE phrasing SET text = '居住证过期'", {("entry", "1")}),
    ("DELETE FROM phrasing", {("entry", "1")}),
    ("DELETE FROM synonym", {("synonym", "1")}),
    ("UPDATE department SET name = '玉溪市公安' WHERE id = 1", {("department", "1")}),
    ("DELETE FROM embedding", {("vector", "d" * 64)}),
]


@pytest.mark.parametrize(("deed", "expected"), DEEDS, ids=lambda d: d if isinstance(d, str) else getattr(d, "__name__", "…"))
def test_every_change_is_noticed_also_one_by_hand(stocked: Database, deed: Callable[[Session], None] | str, expected: set[tuple[str, str]]) -> None:
    seen = watch(stocked)
    with stocked.writing() as session:
        session.execute(text(deed)) if isinstance(deed, str) else deed(session)
    assert set(noticed(seen, stocked) or []) == expected
    assert noticed(seen, stocked) == []


@pytest.mark.parametrize("deed", ["UPDATE entry SET asked = asked + 1", "UPDATE phrasing SET heard = heard + 1", "UPDATE department SET phone = '1'"])
def test_what_no_search_depends_on_wakes_nobody(stocked: Database, deed: str) -> None:
    seen = watch(stocked)
    with stocked.writing() as session:
        session.execute(text(deed))
    assert noticed(seen, stocked) == []


def test_what_was_rolled_back_did_not_happen(stocked: Database) -> None:
    seen = watch(stocked)
    with Session(stocked.engine) as session:
        session.execute(text("UPDATE entry SET question = 'x'"))
        session.rollback()
    assert noticed(seen, stocked) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_change_that_is_committed_late_is_not_missed(stocked: Database) -> None:
    seen = watch(stocked)
    with Session(stocked.engine) as slow, Session(stocked.engine) as quick:
        slow.execute(text("UPDATE entry SET question = 'x'"))
        quick.execute(text("UPDATE synonym SET words = '[]'"))
        quick.commit()
        assert noticed(seen, stocked) == [("synonym", "1")]
        assert noticed(seen, stocked) == []
        slow.commit()
    assert noticed(seen, stocked) == [("entry", "1")]
    assert noticed(seen, stocked) == []


def test_who_lost_sight_of_what_was_swept_starts_anew(stocked: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, seeing = watch(stocked), watch(stocked)
    monkeypatch.setattr(changes, "KEPT", 1)
    for word in ("甲", "乙", "丙"):
        with stocked.writing() as session:
            session.execute(text("UPDATE entry SET question = :q"), {"q": word})
        assert noticed(seeing, stocked) == [("entry", "1")]
    with stocked.writing() as session:
        assert changes.sweep(session) > 0
    assert noticed(lost, stocked) is None
    assert noticed(seeing, stocked) == []
