"""The filter of a list understands words as the search does."""

import pytest

from knowledge_base.search.among import among

LINES = [(1, "社保卡丢了怎么补办"), (2, "异地就医备案怎么办理"), (3, "居住证到期了怎么续签"), (4, "外地人办居住证要什么材料"),
         (5, "灵活就业人员怎么参加养老保险"), (6, "路灯坏了找谁"), (6, "街灯不亮")]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("社保卡", {1}),
        ("shebaoka", {1}),
        ("sbk", {1}),
        ("jzz", {3, 4}),
        ("居zz", {3, 4}),
        ("居住正", {3, 4}),  # misheard
        ("ludeng", {6}),
        ("jiedeng", {6}),  # another text of the same line
        ("异地就医办案", {2}),  # mistyped
        ("办居住证要材料", {4}),
        ("公租屋", {5}),  # a synonym, as the office keeps them
        ("怎么", {1, 2, 3, 5}),
        ("没有这个", set()),
        ("xx", set()),
        ("？", set()),
    ],
)
def test_a_line_is_named_by_characters_pinyin_first_letters_and_with_mistakes(words: str, meant: set[int]) -> None:
    assert set(among(LINES, [["公租屋", "养老保险"]]).named(words)) == meant


def test_the_same_lines_are_read_once_and_the_nearest_come_first() -> None:
    assert among(LINES) is among(list(LINES))
    assert among(LINES) is not among(LINES[1:])
    assert among([]).named("社保卡") == []
    assert among(LINES).named("办居住证要什么材料")[0] == 4
