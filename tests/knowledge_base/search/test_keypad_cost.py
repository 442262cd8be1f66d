"""What a caller pays on the keys, counted by hand for three questions."""

from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.keypad_cost import Pace, measure

PACE = Pace(key=0.5, title=1.0, character=0.1, before=2.0)


def test_keys_and_seconds_are_counted_until_the_right_title_has_been_read_out() -> None:
    index = Index.of([Document(1, 1, "", "居住证续签", keywords=("居住证",)), Document(2, 1, "", "护照办理", keywords=("护照",))])
    initials, syllables = measure(index, PACE)
    assert (initials.way, initials.callers, initials.reached, initials.first) == ("initials", 2, 1.0, 1.0)
    # 居住证: 3 + 599 + # before it is read out, and its number; 护照: one key less
    assert (initials.keys_mean, initials.keys_p90) == ((8 + 7) / 2, 8)
    assert initials.seconds_mean == ((7 * 0.5 + 2 + 1 + 0.5) + (6 * 0.5 + 2 + 1 + 0.4)) / 2
    assert syllables.keys_mean == (3 + len("juzhuzheng") + 2 + 3 + len("huzhao") + 2) / 2


def test_what_is_not_among_three_titles_is_not_reached() -> None:
    alike = [Document(n, 1, "", f"居住证第{n}问", keywords=("居住证",)) for n in range(1, 6)]
    [initials, _] = measure(Index.of(alike), PACE)
    assert (initials.callers, initials.reached, initials.first) == (5, 0.6, 0.2)
