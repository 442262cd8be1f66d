"""A question is understood by what it means, and its texts are read when they change, never when one is asked for."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from hotline.database import Database
from hotline.directory.departments import Department
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search import meaning as meanings
from knowledge_base.search import understanding
from knowledge_base.search.documents import Document
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.index import Index, build
from knowledge_base.search.meaning import MODEL, SIZE, Meaning, digest, engine, packed
from knowledge_base.search.texts import Texts
from knowledge_base.search.understanding import Understanding
from knowledge_base.search.vectors import Vectors

TODAY = date(2026, 11, 23)
TITLES = {1: "居住证到期了怎么续签", 2: "最低生活保障怎么申请", 3: "机动车驾驶证补发", 4: "失业保险金领取条件", 5: "婚姻登记预约", 6: "新生儿出生登记"}


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    found = engine()
    assert found is not None, "the model is installed with the project"
    return found


@pytest.fixture(scope="module")
def index(meaning: Meaning) -> Index:
    vectors = dict(zip(map(digest, TITLES.values()), meaning.stored(list(TITLES.values())), strict=True))
    return Index.of([Document(number, 1, "", title) for number, title in TITLES.items()], vectors=vectors)


@pytest.mark.parametrize(
    ("words", "entry"),
    [("贫困户生活救助金怎么领", 2), ("开车的本本弄丢了", 3), ("被公司裁了可以领什么钱", 4), ("想跟女朋友领结婚证", 5), ("宝宝刚出世去哪上户口", 6),
     ("xiangpengnvpengyoulingjiehunzheng", 5)],
)  # fmt: skip
def test_other_words_for_the_same_matter_are_understood(index: Index, words: str, entry: int) -> None:
    assert index.search(words, full=True)[0].entry_id == entry


def test_letters_among_characters_are_understood_as_what_they_stand_for(index: Index) -> None:
    assert index.search("居zz续签", full=True) == index.search("居住证续签", full=True)


def test_the_typing_path_never_asks_the_model(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: Meaning, *readings: str) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(Meaning, "of", never)
    assert index.search("居住证续签")[0].entry_id == 1
    with pytest.raises(AssertionError, match="asked"):
        index.search("居住证续签", full=True)


def test_however_many_wordings_a_question_has_the_engine_is_asked_once(
    index: Index, meaning: Meaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, of = [], Meaning.of
    monkeypatch.setattr(Meaning, "of", lambda self, text: read.append(text) or of(self, text))
    titles = [Document(number, 1, "", title, department_names=("玉溪市公安局",)) for number, title in TITLES.items()]
    vectors = dict(zip(map(digest, TITLES.values()), meaning.stored(list(TITLES.values())), strict=True))
    wide = Index.of(titles, [["居住证", "暂住证", "居留证", "住证"], ["续签", "延期", "换签"]], vectors)
    assert wide.search("公安局暂住证过期咋延期", full=True)[0].entry_id == 1
    assert wide.search("玉溪市公安局的暂住证过期咋延期", full=True)[0].entry_id == 1
    assert read == ["公安局暂住证过期咋延期", "玉溪市公安局的暂住证过期咋延期"]
    assert wide.search("juzhuzhengdaoqi", full=True)[0].entry_id == 1
    assert read[2:] == ["居住证到期"], "for pinyin the characters that are meant"


def test_where_the_model_does_not_run_the_search_stays_with_letters(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_base.search.index.engine", lambda: None)
    assert index.search("居住证续签", full=True) == index.search("居住证续签")


def test_a_text_without_a_vector_is_found_beside_those_that_have_one(index: Index) -> None:
    later = index.changed([Document(7, 1, "", "养犬登记需要什么材料")], vectors={})
    assert later.search("养犬登记材料", full=True)[0].entry_id == 7
    assert later.search("开车的本本弄丢了", full=True)[0].entry_id == 3


def test_stored_vectors_keep_their_angles_and_strange_ones_count_as_missing(meaning: Meaning) -> None:
    texts = list(TITLES.values())
    exact, every = np.stack([meaning.of(text) for text in texts]), np.arange(len(texts), dtype=np.int32)
    stored = Vectors(Texts.of(texts), dict(zip(map(digest, texts), map(packed, exact), strict=True)))
    assert np.abs(stored.near(exact[0])[every] - exact @ exact[0]).max() < 0.005
    broken = Vectors(Texts.of(texts), {digest(texts[0]): b"short", digest(texts[1]): bytes(SIZE + 4)})
    assert broken.near(exact[0])[every].tolist() == [-1, 0, -1, -1, -1, -1]


def test_the_same_question_is_read_once(meaning: Meaning) -> None:
    read: list[str] = []

    class Counting:
        def query(self, texts: list[str]) -> np.ndarray:  # type: ignore[type-arg]
            read.extend(texts)
            return np.ones((len(texts), SIZE), np.float32)

    counting = Meaning(Counting())
    for n in range(meanings.KEPT + 1):
        counting.of("户口")
        counting.of(f"第{n}个问题", "户口")
    assert read.count("户口") == 1


def test_two_readings_of_a_question_are_read_together_and_mean_what_lies_between_them(meaning: Meaning) -> None:
    read: list[list[str]] = []

    class Counting:
        def query(self, texts: list[str]) -> np.ndarray:  # type: ignore[type-arg]
            read.append(list(texts))
            return np.stack([np.full(SIZE, len(text), np.float32) for text in texts])

    counting = Meaning(Counting())
    assert counting.of("居住正", "居住证怎么办").tolist() == [4.5] * SIZE
    assert counting.of("居住正").tolist() == [3.0] * SIZE
    assert read == [["居住正", "居住证怎么办"]]
    one, other = meaning.of("居住正"), meaning.of("居住证")
    assert np.allclose(meaning.of("居住正", "居住证"), (one + other) / 2, atol=1e-6)


# -- the worker ----------------------------------------------------------------------------------------------------
@pytest.fixture
def stocked(database: Database) -> Database:
    with database.writing() as session:
        session.add(Department(id=1, code="101", name="玉溪市公安局", short_name="公安局"))
        session.flush()
        for number, title in TITLES.items():
            session.add(Entry(id=number, department_id=1, question=title, state=State.PUBLISHED, published=1, keywords=["户籍"]))
            session.flush()
            session.add(EntryVersion(entry_id=number, number=1, answer="a", spoken="a", written_by="x", valid_from=date(2026, 1, 1)))
        session.add(Phrasing(entry_id=1, text="暂住证过期", approval=Approval.APPROVED))
        session.add(Phrasing(entry_id=1, text="无人批准的问法", approval=Approval.PROPOSED))
        session.add(Embedding(digest="0" * 64, model="an older one", vector=b"1"))
    return database


def vectors_in(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Embedding).where(Embedding.model == MODEL)) or 0


def test_the_worker_reads_what_is_new_or_changed_and_nothing_twice(stocked: Database, meaning: Meaning) -> None:
    worker = Understanding(stocked, meaning)
    assert worker.work(on=TODAY, seconds=60) == 0
    assert vectors_in(stocked) == len(TITLES) + 1, "titles and approved phrasings, no keywords"
    with stocked.writing() as session:
        session.get_one(Entry, 2).question = "低保怎么申请"
    assert worker.work(on=TODAY, seconds=0) == 1, "no time: still owed"
    assert worker.work(on=TODAY, seconds=60) == 0
    assert vectors_in(stocked) == len(TITLES) + 2
    with stocked.reading() as session:
        assert build(session, on=TODAY).search("开车的本本弄丢了", full=True)[0].entry_id == 3
    again = Understanding(stocked, meaning)
    assert again.work(on=TODAY, seconds=0) == 0, "another worker, and nothing left to read"


def test_vectors_that_nobody_needs_are_forgotten_with_the_next_day(stocked: Database, meaning: Meaning) -> None:
    worker = Understanding(stocked, meaning)
    worker.work(on=TODAY, seconds=60)
    with stocked.writing() as session:
        session.get_one(Entry, 2).question = "低保怎么申请"
    worker.work(on=date(2026, 11, 24), seconds=60)
    assert vectors_in(stocked) == len(TITLES) + 1
    with stocked.reading() as session:
        assert session.get(Embedding, ("0" * 64, "an older one")) is None


def test_nobody_is_kept_from_writing_while_it_is_found_out_which_vectors_are_idle(stocked: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    published = understanding.documents.published

    def slowly(*given: Any, **more: Any) -> list[Document]:
        with stocked.writing() as session:  # a caller; he would wait until his patience ends
            session.get_one(Entry, 1).asked += 1
        return published(*given, **more)

    monkeypatch.setattr(understanding.documents, "published", slowly)
    monkeypatch.setattr(understanding, "_FORGOTTEN_AT_ONCE", 2)
    with stocked.writing() as session:
        session.add_all(Embedding(digest=str(n) * 64, model=MODEL, vector=b"1") for n in range(1, 5))
    assert understanding.forget(stocked, on=TODAY) == 5
    assert vectors_in(stocked) == 0
