"""Twelve keys are enough to find a question: by first letters or whole syllables, of keywords and of titles."""

import pytest

from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index

POLICE, SOCIAL = 1, 2
HELD = [
    Document(1, POLICE, "", "居住证到期了怎么续签", keywords=("居住证", "续签")),
    Document(2, POLICE, "", "身份证丢了怎么补办", keywords=("身份证", "居住证补办")),
    Document(3, POLICE, "", "办理护照需要哪些材料", keywords=("护照",)),
    Document(4, SOCIAL, "", "居住证能参加社保吗", keywords=("社保",)),
    Document(5, POLICE, "", "出国定居要注销户口吗", ("移居国外怎么销户",)),
]


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
    assert index.by_keys(POLICE, pressed) == found


def test_the_middle_of_a_title_counts_from_three_keys(index: Index) -> None:
    assert index.by_keys(POLICE, "485") == [5], "huk…"
    assert index.by_keys(POLICE, "45") == [], "hk: two keys say too little"


def test_each_department_keeps_to_itself_and_no_more_than_three_are_read_out(index: Index) -> None:
    assert index.by_keys(SOCIAL, "599") == [4]
    assert index.by_keys(99, "599") == []
    many = Index.of(Document(n, POLICE, "", f"第{n}种居住证", keywords=("居住证",)) for n in range(9))
    assert many.by_keys(POLICE, "599") == [0, 1, 2]
    assert len(many.by_keys(POLICE, "599", most=5)) == 5


def test_an_entry_that_is_gone_is_keyed_no_more_and_a_new_one_is(index: Index) -> None:
    later = index.changed([Document(9, POLICE, "", "犬只登记", keywords=("犬只",))], gone=[1])
    assert later.by_keys(POLICE, "599") == [2, 5]
    assert later.by_keys(POLICE, "79") == [9]
