"""That the index follows the entries."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.directory.departments import Department
from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.search.index import build
from knowledge_base.search.live import LOOK_AGAIN_AFTER, LiveIndex

TODAY = date(2026, 11, 23)


def entry(session: Session, of: int, question: str, *, keywords: tuple[str, ...] = (), phrasings: tuple[str, ...] = (), asked: int = 0,
          state: State = State.PUBLISHED, until: date | None = None) -> Entry:
    row = Entry(department_id=of, question=question, keywords=list(keywords), state=state, published=1, asked=asked)
    row.phrasings = [Phrasing(text=text) for text in phrasings]
    session.add(row)
    session.flush()
    session.add(EntryVersion(entry_id=row.id, number=1, answer="a", spoken="a", written_by="x", valid_from=TODAY - timedelta(days=9), valid_to=until))
    session.flush()
    return row


def changes() -> dict[str, Callable[[Session, dict[str, int]], None]]:
    def withdraw(session: Session, known: dict[str, int]) -> None:
        session.get_one(Entry, known["passport"]).state = State.WITHDRAWN

    def exchange(session: Session, known: dict[str, int]) -> None:
        session.get_one(Entry, known["passport"]).state = State.WITHDRAWN
        session.get_one(Entry, known["withdrawn"]).state = State.PUBLISHED

    def rephrase(session: Session, known: dict[str, int]) -> None:
        session.add(Phrasing(entry_id=known["passport"], text="犬只登记怎么办？"))

    def forget(session: Session, known: dict[str, int]) -> None:
        session.delete(session.get_one(Entry, known["permit"]).phrasings[0])

    def key(session: Session, known: dict[str, int]) -> None:
        session.get_one(Entry, known["passport"]).keywords = ["护照", "加急"]

    def publish(session: Session, known: dict[str, int]) -> None:
        session.add(EntryVersion(entry_id=known["passport"], number=2, answer="b", spoken="b", written_by="x",
                                 valid_from=TODAY + timedelta(days=1), valid_to=None))  # fmt: skip
        session.get_one(Entry, known["passport"]).published = 2

    return {"withdrawn": withdraw, "one out, another in": exchange, "rephrased": rephrase, "a phrasing less": forget,
            "another keyword": key, "a version that begins tomorrow": publish}  # fmt: skip


@pytest.mark.parametrize("change", list(changes()))
def test_the_index_follows_the_entries_within_about_a_second(database: Database, change: str) -> None:
    with database.writing() as session:
        office = Department(code="101", name="玉溪市公安局", short_name="公安局")
        session.add(office)
        session.flush()
        of = office.id
        known = {"withdrawn": entry(session, of, "犬只登记怎么办？", state=State.WITHDRAWN).id,
                 "permit": entry(session, of, "居住证怎么续签？", phrasings=("暂住证", "流动人口登记")).id,
                 "passport": entry(session, of, "办理护照需要哪些材料？", keywords=("护照",)).id,
                 "last": entry(session, of, "身份证丢了怎么补办？").id}  # fmt: skip
    live = LiveIndex()
    with database.reading() as session:
        first = live.at(session, on=TODAY)
        assert live.at(session, on=TODAY) is first
    with database.writing() as session:
        changes()[change](session, known)
    live._looked = time.monotonic() - LOOK_AGAIN_AFTER - 0.01  # a second later
    with database.reading() as session:
        assert live.at(session, on=TODAY) == build(session, on=TODAY) != first


def test_the_index_is_not_read_again_while_nothing_changes(database: Database) -> None:
    live = LiveIndex()
    with database.reading() as session:
        first = live.at(session, on=TODAY)
        live._looked -= LOOK_AGAIN_AFTER + 0.01
        assert live.at(session, on=TODAY) is first
        live._looked -= LOOK_AGAIN_AFTER + 0.01
        assert live.at(session, on=TODAY + timedelta(days=1)) is not first, "what stands tomorrow is another matter"
