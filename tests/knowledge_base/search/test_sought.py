"""What texts have in common with a question is counted through tables as it would be by looking up every key."""

from collections import Counter

import numpy as np
import pytest

from knowledge_base.search.grams import Grams, coverage
from knowledge_base.search.posting import keys_of
from knowledge_base.search.readings import read_all
from knowledge_base.search.sought import Sought, Told
from knowledge_base.search.texts import Texts

TEXTS = ["居住证到期了怎么续签", "", "证证证证", "居住", "怎么办", "了", "全然无关"]


@pytest.mark.parametrize("longest", [1, 2, 3])
@pytest.mark.parametrize("asked", [["居住证怎么续"], ["证证", "怎么办怎么办", "居"], ["无"], [""]])
def test_each_text_is_counted_for_each_key_that_it_holds(asked: list[str], longest: int) -> None:
    sought = Sought(asked, longest)
    keys, owners = keys_of(TEXTS, longest)
    held = Counter(zip(owners.tolist(), keys.tolist(), strict=True))
    assert sorted(sought.keys.tolist()) == sorted(set(keys_of(asked, longest)[0].tolist()))
    assert sought.counted(Told(Texts.of(TEXTS))).tolist() == [
        [held[row, key] for key in sought.keys.tolist()] for row in range(len(TEXTS))
    ]  # fmt: skip
    own = [set(keys_of([words], longest)[0].tolist()) for words in asked]
    assert sought.of.tolist() == [[float(key in one) for one in own] for key in sought.keys.tolist()]


def test_wordings_that_are_looked_at_together_share_what_each_shares_alone() -> None:
    characters, _ = read_all(TEXTS[:1] + TEXTS[2:])
    grams, rows = Grams.of(characters), np.array([5, 0, 1], dtype=np.int32)
    told, asked = Told(characters.taken(rows)), ["居住证怎么续", "怎么办证", "从没说过"]
    together = coverage(grams, asked, told, rows)
    alone = [coverage(grams, [words], told, rows) for words in asked]
    for of, found in enumerate(together):
        assert found == pytest.approx(np.concatenate([one[of] for one in alone], axis=1))
        assert (found >= 0).all()
        assert (found <= 1 + 1e-6).all()
    assert together[0][:, 2].tolist() == [0, 0, 0]
    assert told.strings == ["全然无关", TEXTS[0], "证证证证"]
