"""An index that follows a few changes finds what one made anew would find."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index

TOWNS = ("红塔", "江川", "澄江", "通海", "华宁", "易门", "峨山", "新平", "元江")
MATTERS = ("居住证续签", "身份证补办", "护照申请", "公租房申请", "社保卡挂失", "养老保险参保", "异地就医备案", "婚姻登记预约", "残疾证办理", "占道施工许可")


def some(first: int = 1) -> Iterator[Document]:
    for number, (town, matter) in enumerate(((t, m) for t in TOWNS for m in MATTERS), start=first):
        yield Document(number, number % 7, "", f"{town}的{matter}要什么材料")


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(some())


def found(index: Index, words: str) -> list[int]:
    return [m.entry_id for m in index.search(words, most=3)]


def test_a_new_entry_is_found_an_old_wording_no_more_and_a_withdrawn_one_not_at_all(index: Index) -> None:
    first = next(iter(some()))
    later = index.changed([Document(500, 1, "", "犬只登记在哪里办"), replace(first, question="红塔的居住证丢失")], gone=[2])
    assert found(later, "犬只登记")[0] == 500
    assert found(later, "qzdjznlb")[0] == 500
    assert found(later, "红塔的居住证丢失")[0] == first.entry_id
    assert 2 not in found(later, "红塔的身份证补办要什么材料")
    assert len(later) == len(index)
    assert found(index, "红塔的身份证补办要什么材料")[0] == 2, "who still holds the old index reads on undisturbed"
    assert found(later.changed([], gone=[500]), "犬只登记") != [500]


def test_many_changes_make_the_index_anew(index: Index) -> None:
    later = index.changed(Document(1000 + n, 1, "", f"第{n}号通告说了什么") for n in range(2500))
    assert len(later) == len(index) + 2500
    assert found(later, "第77号通告说了什么")[0] == 1077


def test_an_empty_index_takes_its_first_documents() -> None:
    assert found(Index().changed(some()), "澄江护照")[0] in {d.entry_id for d in some() if "澄江的护照" in d.question}
    assert Index.of([]).search("护照") == []
    assert len(Index()) == 0


steps = st.lists(st.tuples(st.sampled_from(list(some())), st.sampled_from(["gone", "back", "said otherwise"])), max_size=8)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_whatever_the_order_of_changes_it_holds_what_a_new_one_holds(index: Index, walk: list[tuple[Document, str]]) -> None:
    now, live = {d.entry_id: d for d in some()}, index
    for document, what in walk:
        if what == "gone":
            now.pop(document.entry_id, None)
            live = live.changed([], gone=[document.entry_id])
        else:
            new = replace(document, question=f"{document.question}吗") if what == "said otherwise" else document
            now[new.entry_id] = new
            live = live.changed([new])
    anew = Index.of(now.values())
    assert live == anew
    for words in ("红塔居住证续签", "tonghaihuzhao", "yjdsfzbb"):
        assert {m.entry_id for m in live.search(words, most=99)} <= set(now)
        assert set(found(live, words)[:1]) <= {m.entry_id for m in anew.search(words, most=5)}


def test_following_one_edit_of_many_takes_no_time_worth_speaking_of() -> None:
    large = Index.of(Document(n, n % 70, "", f"{TOWNS[n % 9]}第{n}号{MATTERS[n % 10]}怎么办") for n in range(20_000))
    began = time.perf_counter()
    later = large.changed([Document(5, 1, "", "犬只登记在哪里办")])
    assert later.search("犬只登记")[0].entry_id == 5
    assert time.perf_counter() - began < 1
