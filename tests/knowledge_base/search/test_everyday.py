"""Sounds become the characters that were meant, also where no entry has ever said them."""

import numpy as np
import pytest

from benchmarks.search_corpus import titles
from knowledge_base.search import everyday as everydays
from knowledge_base.search.everyday import Everyday, everyday
from knowledge_base.search.guessing import Guess, homophones
from knowledge_base.search.neighbours import Neighbours
from knowledge_base.search.part import Part
from knowledge_base.search.readings import sounds

PART = Part([*titles(300), "何统村的路灯坏了怎么办"])


@pytest.fixture(scope="module")
def usual() -> Everyday:
    found = everyday()
    assert found is not None, "the word list is installed with the project"
    return found


def guess_of(texts: list[str], at_large: Everyday | None) -> Guess:
    part = Part(texts)
    sounding = homophones(part.characters.every, part.sounds.every)
    return Guess(Neighbours(part.by_characters), part.characters, sounding, at_large)


def test_what_somebody_begins_to_say_is_a_share_of_all_words(usual: Everyday) -> None:
    assert 0.9 < usual.alone.sum() + usual.begins.sum() <= 1
    assert chr(usual.sounding[sounds("的")][0]) == "的"
    assert usual.alone[ord("的")] > usual.alone[ord("嘚")]


def test_words_are_known_by_their_sounds_and_by_how_often_they_are_said(usual: Everyday) -> None:
    heard = sounds("合同公司")
    said = {
        "".join(map(chr, word)): (one.begins, follows)
        for one in usual.said(heard)
        for word, follows in zip(one.characters.tolist(), one.follows, strict=True)
    }
    assert {"合同", "公司", "统共"} <= set(said)
    assert (said["合同"][0], said["统共"][0], said["公司"][0]) == (0, 1, 2)
    assert all(0 < one.min() <= one.max() <= 1 for _, one in said.values())
    assert said["公司"][1][0] > 10 * said["公私"][1][0]
    assert list(usual.said("")) == [] == list(usual.said(heard[:1]))


@pytest.mark.parametrize("meant", ["合同丢失", "网上怎么办理租赁合同", "天气预报", "电脑坏了", "护肤品怎么用", "电脑坏了吗"])
def test_what_no_entry_says_is_guessed_by_the_words_that_are_usual_at_large(meant: str, usual: Everyday) -> None:
    assert PART.guess.characters(sounds(meant)) == meant
    assert guess_of([*PART.texts], None).characters(sounds(meant)) != meant, "the entries alone"


def test_what_entries_say_goes_before_what_is_usual_at_large() -> None:
    assert PART.guess.characters(sounds("何统村的路灯")) == "何统村的路灯"
    assert PART.guess.characters("") == ""


def test_a_text_ends_as_others_do(usual: Everyday) -> None:
    ants, whose = [f"{place}人的蚂蚁" for place in "京津沪渝冀豫云辽黑湘"], [f"这是{place}人的吗" for place in "京津沪"]
    assert guess_of([*ants, *whose], usual).characters(sounds("那是新人的吗")) == "那是新人的吗", "nothing ends with half an ant"


def test_nothing_is_known_where_there_are_no_texts(usual: Everyday) -> None:
    assert guess_of([], usual).characters(sounds("天气预报")) == "天气预报"
    assert guess_of([], None).characters(sounds("天气")) == sounds("天气"), "each sound stands for itself"


def test_without_the_word_list_the_entries_alone_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everydays, "find_spec", lambda name: None)
    assert everyday.__wrapped__() is None


def test_how_likely_neighbours_are_is_a_share_of_all_that_follow() -> None:
    neighbours, every = Neighbours(PART.by_characters), np.unique(PART.characters.every).astype(np.uint64)
    for left in "证办":
        after = neighbours.after(np.full(len(every), ord(left), np.uint64), every)
        assert after.sum() == pytest.approx(1, abs=0.05)
    assert neighbours.after(*(np.array([ord(one)], np.uint64) for one in "证办")) > 0
