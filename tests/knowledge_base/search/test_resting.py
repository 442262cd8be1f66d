"""The large arrays of an index may lie in files: it finds the same, leaves no file behind, and a full disk hurts nobody."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.search import resting, vectors
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.meaning import SIZE, digest, packed
from knowledge_base.search.resting import laid, lie_in, rest

MATTERS = ["居住证", "身份证", "护照", "公积金", "低保", "营业执照", "社保卡", "驾驶证", "老年证", "残疾证"]
FORMS = ["怎么办理", "在哪里办", "要什么材料", "丢了怎么补", "到期了怎么续", "多少钱", "几天办好"]
HELD = [Document(n, 1, "", f"{matter}{form}", [f"请问{matter}{form}"], ["证件"])
        for n, (matter, form) in enumerate((m, f) for m in MATTERS for f in FORMS)]  # fmt: skip
ASKED = ["居住证到期", "gongjijindiule", "jzzzmb", "老年证多少钱", "zhaobudao"]


@pytest.fixture(autouse=True)
def _in_memory_afterwards() -> Iterator[None]:
    yield
    lie_in(None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(resting, "_LEAST", 1)
    lie_in(tmp_path)
    return tmp_path


def made() -> Index:
    chance = np.random.default_rng(3)
    texts = [text for one in HELD for text, keyword in one.texts() if not keyword]
    each = 2 * chance.standard_normal(SIZE) + chance.standard_normal((len(texts), SIZE))
    stored = zip(map(digest, texts), map(packed, each.astype(np.float32)), strict=True)
    return Index.of(HELD, vectors=dict(stored))


@pytest.mark.parametrize("fine_at_most", [50_000, 10])
def test_what_lies_in_files_finds_what_is_found_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fine_at_most: int) -> None:
    monkeypatch.setattr(vectors, "_FINE_AT_MOST", fine_at_most)
    before = made()
    monkeypatch.setattr(resting, "_LEAST", 1)
    lie_in(tmp_path)
    index = made()
    for _ in range(2):
        assert [index.search(words, full=True) for words in ASKED] == [before.search(words, full=True) for words in ASKED]
        assert index.by_keys(1, "599") == before.by_keys(1, "599")
        rest()
    assert index == before
    assert index.changed([Document(1, 1, "", "养犬登记")], {2}).search("养犬")[0].entry_id == 1


def test_files_have_no_names_and_are_gone_with_the_index(folder: Path) -> None:
    gc.collect()
    before, kept = len(os.listdir("/proc/self/fd")), len(resting._lying)
    index = made()
    index.ready()
    assert len(resting._lying) > kept + 20
    assert not list(folder.iterdir())
    del index
    gc.collect()
    assert len(resting._lying) == kept
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_lies_in_a_file_can_no_longer_be_changed(folder: Path) -> None:
    kept = laid(np.arange(12, dtype=np.int32).reshape(3, 4))
    assert kept.tolist() == np.arange(12).reshape(3, 4).tolist()
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1


def test_what_is_small_or_finds_no_room_stays_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.arange(100)
    lie_in(folder / "nowhere")
    assert laid(array) is array

    lie_in(folder)
    assert laid(array) is not array
    monkeypatch.setattr(resting, "_LEFT", 1 << 60)
    assert laid(array) is array, "recordings may need the rest of the disk"
    monkeypatch.undo()
    assert laid(array) is array, "less than a megabyte"
