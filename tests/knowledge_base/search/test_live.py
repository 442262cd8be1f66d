"""The index follows the database within two seconds, in this process and in others, and nobody who searches waits."""

import json
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from hotline import times
from hotline.database import Database
from hotline.directory.departments import Department, Succession
from hotline.times import local_day, now
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search import aside, documents, limits, live, rebuilding, resting
from knowledge_base.search.changes import Change
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.following import Following
from knowledge_base.search.index import Index, build
from knowledge_base.search.live import LiveIndex
from knowledge_base.search.meaning import MODEL, SIZE, digest
from knowledge_base.search.rebuilding import Rebuilt
from knowledge_base.synonyms import Synonym

PROMISED = 2.0  # seconds from a commit until every process has it
WITHIN = 10.0  # the same where it isn't what is measured: a busy machine fails no test
PERMIT, DOG, BUS, TAX, LAMP = 1, 2, 3, 4, 5


def entry(number: int, question: str, *, department: int = 1, state: State = State.PUBLISHED, until: date | None = None,
          since: date | None = None) -> list[object]:
    row = Entry(id=number, department_id=department, question=question, state=state, published=1, keywords=[])
    return [row, EntryVersion(entry_id=number, number=1, answer="a", spoken="a", written_by="x",
                              valid_from=since or date(2020, 1, 1), valid_to=until)]  # fmt: skip


@pytest.fixture
def stocked(database: Database) -> Database:
    with database.writing() as session:
        session.add(Department(id=1, code="101", name="玉溪市公安局", short_name="公安局"))
        session.add(Department(id=2, code="102", name="玉溪市交通运输局", short_name="交通局"))
        session.flush()
        for row in (*entry(PERMIT, "居住证到期了怎么续签"), *entry(DOG, "养犬登记需要什么材料", state=State.WITHDRAWN),
                    *entry(BUS, "公交卡如何挂失", department=2)):  # fmt: skip
            session.add(row)
            session.flush()
        session.add(Phrasing(id=1, entry_id=PERMIT, text="暂居本子过了日子咋整", approval=Approval.PROPOSED))
    return database


@pytest.fixture(autouse=True)
def _in_memory_afterwards() -> Iterator[None]:
    yield
    resting.lie_in(None)


@pytest.fixture
def followed(stocked: Database) -> Iterator[LiveIndex]:
    found = LiveIndex(stocked)
    with stocked.reading() as session:
        found.at(session, on=local_day(now()))
    yield found
    found.stop()


def ids(index: Index, words: str) -> list[int]:
    return [m.entry_id for m in index.search(words, most=3)]


def within(seconds: float, true: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return true()


def current(followed: LiveIndex, database: Database) -> Index:
    with database.reading() as session:
        return followed.at(session, on=local_day(now()))


def is_as_made_anew(followed: LiveIndex, database: Database) -> bool:
    with database.reading() as session:
        return followed.at(session, on=local_day(now())) == build(session, on=local_day(now()))


def finds(followed: LiveIndex, database: Database, number: int, words: str) -> bool:
    return number in ids(current(followed, database), words)


def approve(session: Session) -> None:
    session.get_one(Phrasing, 1).approval = Approval.APPROVED


def add(session: Session) -> None:
    for row in entry(TAX, "个人所得税怎么退"):
        session.add(row)
        session.flush()


def withdraw(session: Session) -> None:
    session.get_one(Entry, TAX).state = State.WITHDRAWN


def rename(session: Session) -> None:
    session.get_one(Department, 1).aliases = ["玉溪公安"]


def succeed(session: Session) -> None:
    session.add(Succession(predecessor_id=1, successor_id=2, kind="merged", on=date(2026, 1, 1)))


def group(session: Session) -> None:
    session.add(Synonym(words=["居住证", "暂住本"], by="x", at=now()))


def draw(session: Session) -> None:
    limits.keep(session, [limits.measured(limits.LETTERS, [40.0] * limits.FEWEST, [])], at=now())


CHANGES: list[Callable[[Session], None] | str] = [
    approve, add, rename, succeed, group, draw, "UPDATE entry SET state = 'withdrawn' WHERE id = 1",
    "UPDATE entry SET state = 'published' WHERE id = 2", "UPDATE entry SET question = '居住证丢了怎么补' WHERE id = 1",
    "UPDATE entry SET department_id = 2 WHERE id = 1", "UPDATE entry SET category = '户籍/居住证' WHERE id = 1",
    "UPDATE entry_version SET valid_to = '2021-01-01' WHERE entry_id = 1", "UPDATE entry SET published = 7 WHERE id = 1",
    "DELETE FROM entry_version WHERE entry_id = 3",
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c if isinstance(c, str) else c.__name__)
def test_whatever_changes_is_there_within_two_seconds_as_if_made_anew(stocked: Database, followed: LiveIndex, change: Callable[[Session], None] | str) -> None:
    before = current(followed, stocked)
    with stocked.writing() as session:
        session.execute(text(change)) if isinstance(change, str) else change(session)
    assert within(WITHIN, lambda: current(followed, stocked) is not before)
    assert current(followed, stocked) != before
    assert is_as_made_anew(followed, stocked)


def test_while_nothing_changes_the_index_is_the_same(stocked: Database, followed: LiveIndex) -> None:
    before = current(followed, stocked)
    with stocked.writing() as session:
        session.execute(text("UPDATE entry SET asked = asked + 1"))
    time.sleep(3 * live.LOOK_EVERY)
    assert current(followed, stocked) is before


class Process:
    """Another process that follows the same database."""

    def __init__(self, address: str) -> None:
        here = Path(__file__).parents[3]
        self._process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("following_process.py")), address], cwd=here,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(here), "HOTLINE_SECRET_KEY": "x" * 40})  # fmt: skip

    def finds(self, words: str) -> list[int]:
        assert self._process.stdin
        assert self._process.stdout
        print(words, file=self._process.stdin, flush=True)
        found: list[int] = json.loads(self._process.stdout.readline())
        return found

    def watch(self) -> None:
        """Have it look for its next index."""
        self.finds("watch")

    def seen(self) -> float:
        """When it had that, by the clock that all processes of a machine have in common."""
        assert self._process.stdout
        return float(self._process.stdout.readline())

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def elsewhere(stocked: Database) -> Iterator[Process]:
    process = Process(stocked.engine.url.render_as_string(hide_password=False))
    yield process
    process.end()


class Here:
    """This process, asked as another one is."""

    def __init__(self, followed: LiveIndex, database: Database) -> None:
        self._of, self._seen = partial(current, followed, database), 0.0
        self._thread = threading.Thread()

    def finds(self, words: str) -> list[int]:
        return ids(self._of(), words)

    def watch(self) -> None:
        self._thread = threading.Thread(target=self._look, args=(self._of(),))
        self._thread.start()

    def seen(self) -> float:
        self._thread.join()
        return self._seen

    def _look(self, before: Index) -> None:
        if within(WITHIN, lambda: self._of() is not before):
            self._seen = time.monotonic()


def surprise(session: Session) -> None:
    """A change that no process can notice."""
    for row in entry(LAMP, "路灯坏了报给谁"):
        session.add(row)
        session.flush()
    session.execute(delete(Change))


@pytest.mark.alone
@pytest.mark.parametrize("database", ["postgresql", pytest.param("sqlite", marks=pytest.mark.proof)], indirect=True)
def test_in_every_process_a_change_is_there_within_two_seconds_and_everything_is_read_anew_on_demand(
    stocked: Database, followed: LiveIndex, elsewhere: Process
) -> None:
    every = (Here(followed, stocked), elsewhere)

    def took(change: Callable[[Session], object]) -> float:
        for one in every:
            one.watch()
        with stocked.writing() as session:
            change(session)
        committed = time.monotonic()
        return max(one.seen() - committed for one in every)

    assert [one.finds("居住证续签")[:1] for one in every] == [[PERMIT], [PERMIT]]
    assert took(lambda s: s.add(Synonym(words=["居住证续签", "暂本"], by="x", at=now()))) < PROMISED
    assert [one.finds("暂本咋弄")[:1] for one in every] == [[PERMIT], [PERMIT]]
    assert took(add) < PROMISED
    assert [one.finds("个人所得税怎么退")[:1] for one in every] == [[TAX], [TAX]]
    assert took(withdraw) < PROMISED
    assert [TAX in one.finds("个人所得税怎么退") for one in every] == [False, False]
    with stocked.writing() as session:
        surprise(session)
    time.sleep(2 * live.LOOK_EVERY)
    assert [LAMP in one.finds("路灯坏了报给谁") for one in every] == [False, False], "nobody could notice"
    assert took(lambda s: rebuilding.order(s, by="x", at=now())) < WITHIN
    assert [one.finds("路灯坏了报给谁")[:1] for one in every] == [[LAMP], [LAMP]]
    assert within(WITHIN, lambda: [one.entries for one in said(stocked)] == [3, 3])
    assert [one.process.partition("@")[0] for one in said(stocked)] == ["agi", "hotline"]


def said(database: Database) -> Sequence[Rebuilt]:
    with database.reading() as session:
        standing = rebuilding.standing(session, at=now())
        return [] if standing is None else standing.said


def test_a_rebuilding_that_fails_leaves_the_index_that_is_there_and_says_so(
    stocked: Database, followed: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current(followed, stocked)
    monkeypatch.setattr(Following, "begin", lambda *_, **__: (_ for _ in ()).throw(OSError("the disk is gone")))
    with stocked.writing() as session:
        rebuilding.order(session, by="x", at=now())
    assert within(WITHIN, lambda: [one.trouble for one in said(stocked)] == ["OSError('the disk is gone')"])
    assert current(followed, stocked) is before
    assert followed.trouble == "", "it follows what changes all the same"


def test_who_reads_for_long_says_that_he_lives_and_who_stops_saying_so_has_died_over_it(
    stocked: Database, followed: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, hold = Following.begin, threading.Event()
    monkeypatch.setattr(Following, "begin", lambda *of, **more: hold.wait(60) and begin(*of, **more))
    monkeypatch.setattr(rebuilding, "BEAT_EVERY", timedelta())
    monkeypatch.setattr(rebuilding, "LOST_AFTER", timedelta(seconds=2))
    with stocked.writing() as session:
        rebuilding.order(session, by="x", at=now())
    assert within(WITHIN, lambda: len(said(stocked)) == 1)
    time.sleep(2.5)
    assert stands(stocked) == (0, True), "it reads"
    followed.stop()
    assert within(WITHIN, lambda: stands(stocked) == (1, False))
    hold.set()


def stands(database: Database) -> tuple[int, bool]:
    with database.reading() as session:
        standing = rebuilding.standing(session, at=now())
        assert standing is not None
        return len(standing.lost), any(not one.is_over and one.process not in standing.lost for one in standing.said)


def test_what_begins_or_ends_at_midnight_turns_with_the_day(stocked: Database, followed: LiveIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    today = local_day(now())
    with stocked.writing() as session:
        for row in (*entry(11, "节日加班车怎么坐", until=today), *entry(12, "新生儿落户新办法", since=today + timedelta(days=1))):
            session.add(row)
            session.flush()
    assert within(WITHIN, lambda: 11 in ids(current(followed, stocked), "节日加班车怎么坐"))
    assert 12 not in ids(current(followed, stocked), "新生儿落户新办法")
    moment = now() + timedelta(days=1)
    monkeypatch.setattr(times, "now", lambda: moment)

    def turned() -> bool:
        with stocked.reading() as session:
            index = followed.at(session, on=today + timedelta(days=1))
        return 11 not in ids(index, "节日加班车怎么坐") and 12 in ids(index, "新生儿落户新办法")

    assert within(WITHIN, turned)


def test_once_the_next_index_is_searched_nobody_holds_the_one_of_before(
    stocked: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resting, "_LEAST", 1)
    found = LiveIndex(name="web")
    found.warm(stocked, tmp_path)
    before = weakref.ref(current(found, stocked))
    held = len(resting._lying)
    assert held, "its arrays lie in files"
    with stocked.writing() as session:
        rebuilding.order(session, by="admin", at=now())
    assert within(3 * WITHIN, lambda: current(found, stocked) is not before() and before() is None)
    assert len(resting._lying) <= held
    found.stop()


def test_an_installation_without_entries_follows_too(database: Database) -> None:
    found = LiveIndex(database)
    assert ids(current(found, database), "居住证") == []
    with database.writing() as session:
        session.add(Department(id=1, code="101", name="玉溪市公安局", short_name="公安局"))
        session.flush()
        add(session)
    assert within(WITHIN, lambda: ids(current(found, database), "个人所得税怎么退") == [TAX])
    found.stop()


def test_for_another_day_an_index_of_that_day_is_made(stocked: Database, followed: LiveIndex) -> None:
    with stocked.writing() as session:
        for row in entry(11, "节日加班车怎么坐", until=date(2020, 6, 1)):
            session.add(row)
            session.flush()
    with stocked.reading() as session:
        assert 11 in ids(followed.at(session, on=date(2020, 5, 31)), "节日加班车怎么坐")
        assert 11 not in ids(followed.at(session, on=date(2020, 6, 2)), "节日加班车怎么坐")


def test_a_rebuild_keeps_nobody_waiting_and_a_failing_one_keeps_the_last_good_index_and_says_so(
    stocked: Database, followed: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, slow, broken = current(followed, stocked), threading.Event(), threading.Event()
    published = documents.published

    def hindered(session: Session, **asked: object) -> list[documents.Document]:
        slow.wait(5)
        if broken.is_set():
            raise OSError("the disk is gone")
        return published(session, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr(documents, "published", hindered)
    with stocked.writing() as session:
        approve(session)
    time.sleep(2 * live.LOOK_EVERY)
    began = time.monotonic()
    assert current(followed, stocked) is before
    assert time.monotonic() - began < 0.05, "who searches doesn't wait for the index that is being made"
    broken.set()
    with capture_logs() as logs:
        slow.set()
        assert within(WITHIN, lambda: followed.trouble != "")
    assert current(followed, stocked) is before
    assert [line["event"] for line in logs].count("index.not_following") == 1
    assert "the disk is gone" in followed.trouble
    broken.clear()
    assert within(WITHIN, lambda: followed.trouble == "")
    assert is_as_made_anew(followed, stocked)
    assert current(followed, stocked) != before


def test_after_many_changes_everything_is_read_again_aside_while_what_changes_is_still_followed(stocked: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_base.search.following.AFRESH_FROM", 3)
    monkeypatch.setattr(aside, "AGAIN_AFTER", 0.0)
    found, made, hold = LiveIndex(stocked), [], threading.Event()
    current(found, stocked)
    of = Index.of

    def slowly(held: Iterable[documents.Document], *more: object) -> Index:
        made.append(0)
        hold.wait(10)
        return of(held, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Index, "of", slowly)
    for count in range(6):
        with stocked.writing() as session:
            for row in entry(100 + count, f"第{count}个新问题怎么办"):
                session.add(row)
                session.flush()
        assert within(WITHIN, partial(finds, found, stocked, 100 + count, f"第{count}个新问题怎么办"))
    assert len(made) == 1, "one whole reading waits, and what changes is followed nevertheless"
    before = current(found, stocked)
    hold.set()
    monkeypatch.undo()
    with stocked.writing() as session:
        approve(session)
    assert within(WITHIN, lambda: current(found, stocked) is not before)
    assert within(WITHIN, lambda: is_as_made_anew(found, stocked))
    found.stop()


def test_a_vector_that_comes_later_is_taken_in(stocked: Database) -> None:
    following, today = Following(), local_day(now())
    with stocked.reading() as session:
        index = following.begin(session, on=today)
    assert not index._has_vectors
    with stocked.writing() as session:
        session.add(Embedding(digest=digest("居住证到期了怎么续签"), model=MODEL, vector=b"\x01" * (SIZE + 4)))
    with stocked.reading() as session:
        later = following.look(session, on=today)
    assert later is not None
    assert later._has_vectors
    assert later == index


def test_who_holds_the_index_no_more_ends_the_following(stocked: Database) -> None:
    found = LiveIndex(stocked)
    current(found, stocked)
    assert any(thread.name == "index" for thread in threading.enumerate())
    threads = {thread for thread in threading.enumerate() if thread.name == "index"}
    del found
    assert within(5 * live.LOOK_EVERY, lambda: not any(thread.is_alive() for thread in threads) or len(threads) > 1)
