"""Sounds become the characters that were meant, also where no entry has ever said them."""

import numpy as np
import pytest

from benchmarks.search_corpus import titles
from knowledge_base.search import everyday as everydays
from knowledge_base.search.everyday import Everyday, everyday
from knowledge_base.search.guessing import Guess
from knowledge_base.search.part import Part
from knowledge_base.search.readings import sounds

PART = Part([*titles(300), "何统村的路灯坏了怎么办"])


@pytest.fixture(scope="module")
def usual() -> Everyday:
    found = everyday()
    assert found is not None, "the word list is installed with the project"
    return found


def points(characters: str) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([ord(one) for one in characters], np.uint64)


def test_what_follows_a_character_at_large_is_a_share_of_all_that_does(usual: Everyday) -> None:
    every = np.arange(0x4E00, 0xA000, dtype=np.uint64)
    for left in "合我龘":
        assert usual.after(np.full(len(every), ord(left), np.uint64), every).sum() == pytest.approx(1, abs=0.01)
    same, other = usual.after(points("合合"), points("同统"))
    assert same > 50 * other
    assert chr(usual.sounding[sounds("的")][0]) == "的"


@pytest.mark.parametrize("meant", ["合同丢失", "网上怎么办理租赁合同", "天气预报", "电脑坏了"])
def test_what_no_entry_says_is_guessed_by_what_is_usual_at_large(meant: str, usual: Everyday) -> None:
    assert PART.guess.characters(sounds(meant)) == meant
    assert Guess(PART.by_characters, PART.characters, PART.sounds, None).characters(sounds(meant)) != meant, "the entries alone"


def test_what_entries_say_goes_before_what_is_usual_at_large() -> None:
    assert PART.guess.characters(sounds("何统村的路灯")) == "何统村的路灯"
    assert PART.guess.characters("") == ""


def test_without_the_word_list_the_entries_alone_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everydays, "find_spec", lambda name: None)
    assert everyday.__wrapped__() is None
