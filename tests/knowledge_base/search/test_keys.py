"""Twelve keys are enough to find a question: by first letters or whole syllables, of keywords and of titles."""

import pytest

from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.keypad import MOST_KEYS
from knowledge_base.search.keypad_cost import syllables

POLICE, SOCIAL = 1, 2
HELD = [
    Document(1, POLICE, "", "居住证到期了怎么续签", keywords=("居住证", "续签")),
    Document(2, POLICE, "", "身份证丢了怎么补办", keywords=("身份证", "居住证补办")),
    Document(3, POLICE, "", "办理护照需要哪些材料", keywords=("护照",)),
    Document(4, SOCIAL, "", "居住证能参加社保吗", keywords=("社保",)),
    Document(5, POLICE, "", "出国定居要注销户口吗", ("移居国外怎么销户",)),
]


def keyed(index: Index, department_id: int, pressed: str, most: int = 3) -> list[int]:
    return [match.entry_id for match in index.by_keys(department_id, pressed, most=most)]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(HELD)


@pytest.mark.parametrize(
    ("pressed", "found"),
    [
        ("599", [1, 2, 5]),  # jzz: the keyword, one that begins so, and j-y-z in the middle of a title
        ("5894894364", [1, 2]),  # juzhuzheng
        ("58948", [1, 2]),  # juzhu…, not keyed to the end
        ("49", [3]),  # hz
        ("48", [3]),  # hu…
        ("48924", []),  # no such syllables
        ("2549", [3]),  # blhz: a title from its beginning
        ("49996", [3]),  # hzxyn: its middle
        ("499694", [5]),  # ygwzmxh without its first: a phrasing's middle
        ("48568", [5]),  # hukou: a later word by whole syllables
        ("1", []),
        ("", []),
        ("*", []),
        ("59#", []),
    ],
)
def test_keys_find_keywords_first_then_titles(index: Index, pressed: str, found: list[int]) -> None:
    assert keyed(index, POLICE, pressed) == found


def test_the_middle_of_a_title_counts_from_three_keys(index: Index) -> None:
    assert keyed(index, POLICE, "485") == [5], "huk…"
    assert keyed(index, POLICE, "45") == [], "hk: two keys say too little"


def test_each_department_keeps_to_itself_and_no_more_than_three_are_read_out(index: Index) -> None:
    assert keyed(index, SOCIAL, "599") == [4]
    assert keyed(index, 99, "599") == []
    many = Index.of(Document(n, POLICE, "", f"第{n}种居住证", keywords=("居住证",)) for n in range(9))
    assert keyed(many, POLICE, "599") == [0, 1, 2]
    assert len(keyed(many, POLICE, "599", most=5)) == 5


def test_an_entry_that_is_gone_is_keyed_no_more_and_a_new_one_is(index: Index) -> None:
    later = index.changed([Document(9, POLICE, "", "犬只登记", keywords=("犬只",))], gone=[1])
    assert keyed(later, POLICE, "599") == [2, 5]
    assert keyed(later, POLICE, "79") == [9]


def test_of_a_word_longer_than_anybody_keys_its_beginning_counts() -> None:
    title = "办理居住证和身份证需要什么材料"
    long, pressed = Index.of([Document(1, POLICE, "", title)]), syllables(title)
    assert len(pressed) > MOST_KEYS
    assert keyed(long, POLICE, pressed) == [1] == keyed(long, POLICE, pressed[:MOST_KEYS] + "9")
    assert keyed(long, POLICE, pressed[: MOST_KEYS - 1] + "1") == []


def test_texts_that_are_empty_or_lie_on_no_key_are_in_nobodys_way() -> None:
    told = Document(3, POLICE, "", "", (), ("办证", "证件", ""))
    odd = Index.of([Document(1, POLICE, "", "？！"), Document(2, POLICE, "", "㐀办证"), told])
    assert keyed(odd, POLICE, "29") == [3]
    assert keyed(odd, POLICE, "22694364") == [3, 2], "banzheng"
    assert keyed(odd, POLICE, "2269436494364") == [], "no keys run from one text into the next"
    assert keyed(Index.of([Document(1, POLICE, "", "？")]), POLICE, "5") == []
