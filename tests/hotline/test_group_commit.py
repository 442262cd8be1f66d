"""Many small writes at once: few transactions, each told of its own end, on SQLite and PostgreSQL."""

import threading
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.group_commit import GroupCommit

GONE = "sqlite:////nowhere/at/all.db"


@pytest.fixture
def table(database: Database) -> str:
    with database.writing() as session:
        session.execute(text("DROP TABLE IF EXISTS grouped"))
        session.execute(text("CREATE TABLE grouped (word VARCHAR(10) PRIMARY KEY CHECK (word <> ''))"))
    return "grouped"


def write(session: Session, words: Sequence[str]) -> None:
    session.execute(text("INSERT INTO grouped VALUES (:word)"), [{"word": word} for word in words])


def words(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.execute(text("SELECT word FROM grouped")).scalars())


@pytest.mark.usefixtures("table")
def test_what_waits_is_written_together_and_done_means_committed(database: Database) -> None:
    first, free, sizes = threading.Event(), threading.Event(), []

    def slow(session: Session, those: Sequence[str]) -> None:
        sizes.append(len(those))
        first.set()
        assert free.wait(5)
        write(session, those)

    group = GroupCommit(database, slow)
    futures = [group.add("first")]
    assert first.wait(5)
    futures += [group.add(f"w{n}") for n in range(20)]
    free.set()
    for future in futures:
        future.result(5)
    assert sizes == [1, 20]
    assert words(database) == {"first", *(f"w{n}" for n in range(20))}


@pytest.mark.usefixtures("table")
def test_one_that_cannot_be_written_takes_no_other_with_it(database: Database) -> None:
    group = GroupCommit(database, write)
    with database.writing() as session:
        write(session, ["twice"])
    futures = {word: group.add(word) for word in ("a", "twice", "b", "", "c")}
    assert {word for word, future in futures.items() if future.exception(5) is None} == {"a", "b", "c"}
    assert isinstance(futures["twice"].exception(), IntegrityError)
    assert words(database) == {"a", "b", "c", "twice"}


def test_a_database_that_is_away_is_said_to_each_and_soon() -> None:
    group = GroupCommit(Database(GONE), write)
    for future in [group.add(f"w{n}") for n in range(50)]:
        assert isinstance(future.exception(5), OperationalError)


@pytest.mark.usefixtures("table")
def test_what_found_the_database_away_is_told_so_at_once_and_written_once_it_is_back(database: Database) -> None:
    """As behind a disk that holds up whoever writes: who comes meanwhile goes first, and one that can't be written holds up none."""
    away, order = [True], list[list[str]]()

    def sometimes(session: Session, those: Sequence[str]) -> None:
        if away:
            raise OperationalError("database is locked", None, Exception())
        order.append(list(those))
        write(session, those)

    group = GroupCommit(database, sometimes)
    for word in ("early", "twice", "twice"):
        assert isinstance(group.add(word).exception(5), OperationalError)
    away.clear()
    assert group.add("new").exception(5) is None
    deadline = time.monotonic() + 10
    while words(database) != {"early", "twice", "new"}:
        assert time.monotonic() < deadline, words(database)
        time.sleep(0.01)
    assert order[0] == ["new"]


@pytest.mark.usefixtures("table")
def test_what_is_late_does_not_wait_for_others_to_come(database: Database) -> None:
    tries = list[int]()

    def at_last(session: Session, those: Sequence[str]) -> None:
        tries.append(len(those))
        if len(tries) < 3:
            raise OperationalError("database is locked", None, Exception())
        write(session, those)

    assert GroupCommit(database, at_last).add("alone").exception(5) is not None
    deadline = time.monotonic() + 10
    while words(database) != {"alone"}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
