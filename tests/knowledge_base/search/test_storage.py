"""How the index holds very many texts: in little room, each once, and with nothing lost that ranks."""

import numpy as np
import pytest

from knowledge_base.search import grams, part, posting, vectors
from knowledge_base.search.alphabet import firsts_table
from knowledge_base.search.beginnings import Beginnings
from knowledge_base.search.documents import Document
from knowledge_base.search.grams import Grams
from knowledge_base.search.index import Index
from knowledge_base.search.keypad import initials, keys
from knowledge_base.search.meaning import SIZE, digest, packed
from knowledge_base.search.readings import read_all
from knowledge_base.search.texts import Texts, table
from knowledge_base.search.vectors import Stored, Vectors

MATTERS = ["居住证", "身份证", "护照", "公积金", "低保", "营业执照", "社保卡", "驾驶证", "老年证", "残疾证"]
FORMS = ["怎么办理", "在哪里办", "要什么材料", "丢了怎么补", "到期了怎么续", "多少钱", "几天办好"]
TITLES = [f"{place}{matter}{form}" for matter in MATTERS for form in FORMS for place in ("", "红塔区", "外地人")]
ALL = np.arange(len(TITLES), dtype=np.int32)


def test_texts_come_back_as_they_were() -> None:
    told = ["居住证", "", "𠮷野家 🙂", "abc", "\n换行"]
    kept = Texts.of(told)
    assert (list(kept), len(kept), kept[2]) == (told, 5, told[2])
    assert kept.some(np.array([3, 1, 0, 3])) == ["abc", "", "居住证", "abc"]
    assert kept.through(table({ord("b"): "居"})).some(np.array([3])) == ["a居c"]
    with pytest.raises(IndexError):
        kept[5]


def test_a_text_of_many_entries_is_held_once_and_finds_them_all() -> None:
    held = [Document(n, n % 2, "", f"{matter}怎么办理", ["怎么弄这个证"], ["证件"]) for n, matter in enumerate(MATTERS)]
    index = Index.of(held)
    assert len(index._shelves[0].part) == len(MATTERS) + 2
    assert {m.entry_id for m in index.search("怎么弄这个证", most=99)} >= set(range(len(MATTERS)))
    of_one = {m.entry_id for m in index.search("怎么弄这个证", most=99, department=1)}
    assert of_one == {n for n in range(len(MATTERS)) if n % 2}
    assert {m.entry_id for m in index.by_keys(1, keys(initials("证件")), most=99)} == of_one


def test_what_an_index_holds_is_told_as_it_was_given() -> None:
    held = [Document(7, 3, "证件/居住", "居住证怎么办", ("暂住证怎么办", "居住证怎么办"), ("居住证", "证"), ("公安局",)),
            Document(2, 1, "", "护照多少钱"), Document(9, 3, "证件", "居住证", (), ("居住证",), ("公安局",))]  # fmt: skip
    assert Index.of(held).documents() == held
    assert Index.of([]).documents() == []


def test_a_text_that_is_a_title_here_and_a_keyword_there_counts_as_each() -> None:
    index = Index.of([Document(1, 1, "", "公积金贷款", keywords=["社保"]), Document(2, 1, "", "社保")])
    first, second = index.search("社保")
    assert (first.entry_id, second.entry_id) == (2, 1)
    assert first.score > second.score


def test_texts_are_found_alike_in_one_block_or_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    characters, _ = read_all(TITLES)
    whole, asked = Grams.of(characters, longest=3), ("居住证丢了", "红塔区", "怎么办", "nothing")
    scores, holding = [whole.scores(one)[0] for one in asked], [whole.holding(one) for one in asked]
    monkeypatch.setattr(posting, "BLOCK", 16)
    monkeypatch.setattr(grams, "BLOCK", 16)
    blocks = Grams.of(characters, longest=3)
    assert len(blocks.ends) > 10 * len(blocks.keys)
    for one, score, rows in zip(asked, scores, holding, strict=True):
        assert np.array_equal(score, blocks.scores(one)[0])
        assert np.array_equal(rows, blocks.holding(one))
    assert blocks.holding("续").tolist() == [row for row, title in enumerate(TITLES) if "续" in title]


def test_what_is_counted_for_a_few_is_what_is_counted_for_all() -> None:
    characters, _ = read_all(TITLES)
    held = Grams.of(characters)
    scores, whole = held.scores("外地人居住证怎么续")
    assert whole
    assert held.exact(["外地人居住证怎么续"], characters.taken(ALL), ALL) == pytest.approx(scores, abs=1e-4)


def test_who_leaves_out_what_many_hold_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.of(Document(n, n % 3, "", title) for n, title in enumerate(TITLES))
    asked = ["外地人居住证怎么续", "hongtaquhuzhao", "低保要材料", "怎么", "证"]
    before = [index.search(words) for words in asked]
    monkeypatch.setattr(grams, "_READ_AT_MOST", 40)
    assert not index._shelves[0].part.by_characters.scores(asked[0])[1]
    assert [index.search(words)[0].score for words in asked[:3]] == pytest.approx([m[0].score for m in before[:3]], abs=0.2)
    assert [index.search(words)[0].entry_id for words in asked[:3]] == [m[0].entry_id for m in before[:3]]
    assert all(index.search(words) for words in asked)


def test_of_what_nearly_all_hold_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    characters, _ = read_all(TITLES)
    monkeypatch.setattr(posting, "KEPT", 5)
    held = Grams.of(characters)
    holding = [row for row, title in enumerate(TITLES) if "证" in title]
    assert held.holding("证").tolist() == holding[:5]
    assert held.held(posting.keys_of(["证"])[0]).tolist() == [len(holding)]


@pytest.mark.parametrize("letters", ["j", "jz", "jzzzmbl", "htqjzzzmbl", "wdrjzzdqlzmx", "zz", "a"])
def test_beginnings_are_those_of_first_letters(letters: str) -> None:
    _, sounds = read_all(TITLES)
    found = Beginnings(sounds.through(firsts_table())).of(letters, None, 1000).tolist()
    assert sorted(found) == [n for n, title in enumerate(TITLES) if initials(title).startswith(letters)]
    assert [len(TITLES[n]) for n in found] == sorted(len(TITLES[n]) for n in found)


@pytest.fixture
def every() -> np.ndarray:  # type: ignore[type-arg]
    """Vectors that are somewhat alike, as a model's are."""
    chance = np.random.default_rng(5)
    found = 2 * chance.standard_normal(SIZE) + chance.standard_normal((3000, SIZE))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def held(every: np.ndarray) -> Vectors:  # type: ignore[type-arg]
    texts = [f"第{n}个" for n in range(len(every))]
    return Vectors(Texts.of(texts), {digest(text): packed(one) for text, one in zip(texts, every, strict=True)})


def test_very_many_vectors_are_kept_coarsely_and_the_nearest_found_by_their_signs(
    every: np.ndarray, monkeypatch: pytest.MonkeyPatch  # type: ignore[type-arg]
) -> None:  # fmt: skip
    fine = held(every)
    monkeypatch.setattr(vectors, "_FINE_AT_MOST", 100)
    monkeypatch.setattr(vectors, "_ALIKE", 600)
    coarse = held(every)
    asked = every[7] + np.float32(0.02) * every[9]
    asked /= np.linalg.norm(asked)
    rows = np.arange(3000, dtype=np.int32)
    assert np.abs(coarse.near(asked)[rows] - every @ asked).max() < 0.02
    assert np.abs(coarse.mean() - every.mean(axis=0)).max() < 0.001
    assert np.abs(fine.mean() - every.mean(axis=0)).max() < 0.001
    exact, found = set(fine.near(asked).best(None, 20).tolist()), coarse.near(asked).best(None, 20).tolist()
    assert 7 in found
    assert len(exact & set(found)) >= 13
    assert all(row % 2 == 0 for row in coarse.near(asked).best(rows % 2 == 0, 20).tolist())


def test_vectors_are_known_by_their_texts_and_what_is_none_is_passed_over() -> None:
    one = packed(np.ones(SIZE, np.float32))
    stored = Stored([(digest("a"), one), (digest("b"), b"short"), (digest("c"), one)], 3)
    held = Vectors(Texts.of(["c", "b", "a", "d"]), stored)
    assert held.there.tolist() == [True, False, True, False]
    assert held.waiting([digest("b"), digest("c"), digest("x")]).tolist() == [1]
    assert part.Part(["x"]).vectors.waiting([digest("x")]).tolist() == [0]
