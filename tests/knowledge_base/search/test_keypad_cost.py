"""What a caller pays on the keys, counted by hand for three questions."""

from benchmarks.search_corpus import demonstration
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.keypad import MOST_KEYS, initials, keys
from knowledge_base.search.keypad_cost import Pace, measure, syllables

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


def test_no_more_keys_of_a_word_are_counted_than_the_machine_takes() -> None:
    word = "最低生活保障待遇核定和发放办法"
    assert len(syllables(word)) > MOST_KEYS
    [_, whole] = measure(Index.of([Document(1, 1, "", "低保", keywords=(word,))]), PACE)
    assert (whole.reached, whole.keys_mean) == (1.0, 3 + MOST_KEYS + 2)


def test_what_the_keys_promise_is_kept() -> None:
    """The demonstration's callers with each keyword, in its department and in another, which as many callers want:
    the first title is right as often as its score says."""
    held = demonstration()
    index, departments = Index.of(held), max(d.department_id for d in held)
    for spell in (lambda word: keys(initials(word)), syllables):
        called = [(d, of, spell(word)) for d in held for word in d.keywords
                  for of in (d.department_id, d.department_id % departments + 1)]  # fmt: skip
        found = [(matches[0], d) for d, of, pressed in called if (matches := index.by_keys(of, pressed))]
        said = sum(first.score for first, _ in found) / len(found)
        true = 100 * sum(first.entry_id == d.entry_id for first, d in found) / len(found)
        assert abs(said - true) < 6, (said, true)
