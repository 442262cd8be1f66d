"""How an entry is found: by its words, by other words, by its sound, by keys."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.entries import Entry, EntryVersion, Phrasing, State
from knowledge_base.search.index import Index, build
from knowledge_base.search.keypad import initials, keys
from knowledge_base.search.match import SURE

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "letters", "pressed"),
    [("居住证", "jzz", "599"), ("身份证", "sfz", "739"), ("护照", "hz", "49"), ("A证", "az", "29"), ("12345", "12345", "12345"),
     ("社保卡办理", "sbkbl", "72525"), ("", "", ""), ("？！", "", "")],
)  # fmt: skip
def test_a_keyword_lies_on_the_keys_of_its_initials(words: str, letters: str, pressed: str) -> None:
    assert (initials(words), keys(initials(words))) == (letters, pressed)


def test_every_letter_lies_on_one_key_as_on_any_telephone() -> None:
    assert keys("abcdefghijklmnopqrstuvwxyz") == "22233344455566677778889999"
    assert keys("ABC-*#7") == "2227"


def entry(session: Session, of: int, question: str, *, keywords: tuple[str, ...] = (), phrasings: tuple[str, ...] = (), asked: int = 0,
          state: State = State.PUBLISHED, until: date | None = None) -> Entry:
    row = Entry(department_id=of, question=question, keywords=list(keywords), state=state, published=1, asked=asked)
    row.phrasings = [Phrasing(text=text) for text in phrasings]
    session.add(row)
    session.flush()
    session.add(EntryVersion(entry_id=row.id, number=1, answer="a", spoken="a", written_by="x", valid_from=TODAY - timedelta(days=9), valid_to=until))
    session.flush()
    return row


@pytest.fixture
def known(session: Session, office: Department) -> dict[str, int]:
    of = office.id
    return {
        "permit": entry(session, of, "居住证到期了怎么续签？", keywords=("居住证", "续签"), phrasings=("暂住证过期如何延期",), asked=5).id,
        "passport": entry(session, of, "办理护照需要哪些材料？", keywords=("护照",), asked=9).id,
        "identity": entry(session, of, "身份证丢了怎么补办？", keywords=("身份证", "居住证补办"), asked=1).id,
        "withdrawn": entry(session, of, "犬只登记怎么办？", keywords=("犬只",), state=State.WITHDRAWN).id,
        "over": entry(session, of, "节日加班车怎么坐？", keywords=("加班车",), until=TODAY - timedelta(days=1)).id,
    }


@pytest.fixture
def index(session: Session, known: dict[str, int]) -> Index:
    return build(session, on=TODAY)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("居住证到期了怎么续签", "permit"),
        ("居住证 续签", "permit"),
        ("暂住证过期如何延期", "permit"),
        ("居住正到期了怎么续千", "permit"),  # heard, not read: the same sounds in other characters
        ("护照需要什么材料", "passport"),
        ("户照须要那些才料", "passport"),
        ("身份证丢了", "identity"),
    ],
)
def test_a_question_is_found_by_its_words_other_words_and_its_sound(index: Index, known: dict[str, int], words: str, found: str) -> None:
    assert index.search(words)[0].entry_id == known[found]


def test_scores_run_from_0_to_100_best_first_and_each_entry_comes_once(index: Index, known: dict[str, int]) -> None:
    matches = index.search("居住证")
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)
    assert all(0 <= m.score <= 100 for m in matches)
    assert {m.entry_id for m in matches} == {known["permit"], known["identity"]}
    assert len(matches) == 2
    assert index.search("居住证到期了怎么续签？")[0].score > SURE
    assert len(index.search("居住证", most=1)) == 1


def test_what_is_withdrawn_or_over_is_not_found(index: Index, known: dict[str, int]) -> None:
    everything = {m.entry_id for words in ("犬只登记怎么办？", "节日加班车怎么坐？") for m in index.search(words, most=99)}
    assert not everything & {known["withdrawn"], known["over"]}


@pytest.mark.parametrize("words", ["", "   ", "？！。"])
def test_no_words_find_nothing(index: Index, words: str) -> None:
    assert index.search(words) == []


def test_an_empty_index_finds_nothing() -> None:
    assert Index().search("居住证") == []
    assert Index().by_keys(1, "599") == []


def test_initials_find_the_keyword_exact_ones_first(index: Index, known: dict[str, int], office: Department) -> None:
    assert [m.entry_id for m in index.by_keys(office.id, "599")] == [known["permit"], known["identity"]]
    assert [m.entry_id for m in index.by_keys(office.id, "49")] == [known["passport"]]
    assert [m.entry_id for m in index.by_keys(office.id, "599", most=1)] == [known["permit"]]
    assert index.by_keys(office.id, "111") == index.by_keys(office.id, "") == index.by_keys(office.id + 1, "599") == []
