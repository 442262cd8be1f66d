"""Which texts hold a key is the same, however few characters are counted at a time."""

from collections import defaultdict

import numpy as np
import pytest

from knowledge_base.search import posting
from knowledge_base.search.posting import Floats, Ints, Keys, Letters, Posted, keys_of, posted

TEXTS = ["居住证续签", "居住证", "", "证", "续签续签续签", "签居住居住证", "续"]


def rarity(_keys: Keys, counts: Ints) -> Floats:
    return (1 / counts).astype(np.float32)


def made(wide: int) -> Posted:
    units = np.frombuffer("".join(TEXTS).encode("utf-16-le"), dtype=np.uint16)
    return posted(Letters.of(units, np.array([len(text) for text in TEXTS], dtype=np.int32)), wide, rarity, postings=True)


@pytest.mark.parametrize("at_once", [1, 3, 1 << 18])
@pytest.mark.parametrize("wide", [1, 2, 3])
def test_each_key_has_its_texts_in_order_and_each_text_what_it_tells(wide: int, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_AT_ONCE", at_once)
    monkeypatch.setattr(posting, "BLOCK", 4)  # two blocks of texts
    held = defaultdict[int, list[int]](list)
    for number, text in enumerate(TEXTS):
        for start in range(len(text) - wide + 1):
            held[int(keys_of([text[start : start + wide]], wide)[0][-1])].append(number)
    found = made(wide)
    assert found.keys.tolist() == sorted(held)
    assert found.counts.tolist() == [len(set(held[key])) for key in sorted(held)]
    kept = found.kept.reshape(-1, 2)
    assert kept.tolist() == [[sum(n // 4 == block for n in set(held[key])) for block in (0, 1)] for key in sorted(held)]
    assert found.texts.tolist() == [n % 4 for key in sorted(held) for n in sorted(set(held[key]))]
    told = [sum(1 / len(set(texts)) for texts in held.values() for n in texts if n == number) for number in range(len(TEXTS))]
    assert found.sums.tolist() == pytest.approx(told)


def test_of_a_key_that_very_many_hold_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "KEPT", 2)
    found = made(1)
    assert found.counts.max() > 2
    assert found.kept.tolist() == np.minimum(found.counts, 2).tolist()
