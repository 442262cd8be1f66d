"""Words that were heard wrongly are read as what was meant, too; those that nobody misheard stay what they are."""

from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge_base.search.letters import Form
from knowledge_base.search.meaning import SIZE, Meaning
from knowledge_base.search.part import Part
from knowledge_base.search.understood import understood

MATTERS = ("居住证", "身份证", "护照", "驾驶证", "社会保障卡", "养老保险", "公积金", "失业保险金", "医保")
ASKED = ("怎么办理", "怎么续签", "到期了怎么办", "需要哪些材料", "在哪里申请", "可以补办吗", "什么条件")


@pytest.fixture(scope="module")
def part() -> Part:
    return Part([matter + asked for matter in MATTERS for asked in ASKED])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("居住正怎么办理", "居住证怎么办理"),  # the same sounds
        ("深份真到期了怎么办", "身份证到期了怎么办"),  # sh/s, en/eng, as in the south-west
        ("居住证怎么办理", None),
        ("居住证快到期了怎么续签好", None),
        ("明天会下雨吗", None),  # nobody says so here: it stays what it is
        ("", None),
    ],
)
def test_what_the_texts_make_far_likelier_was_meant(part: Part, words: str, meant: str | None) -> None:
    asked = part.spelling.form(words)
    assert part.mishearing.meant(asked.characters, asked.sounds) == meant


def test_how_likely_a_text_is_counts_its_neighbours(part: Part) -> None:
    likelihood = part.mishearing.here.likelihood
    assert likelihood("居住证") > likelihood("证住居") > likelihood("雨雨雨")
    assert likelihood("") == 0


class Heard:
    """Meaning that notes what it is asked; each text has a vector of its own."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def of(self, *readings: str) -> NDArray[np.float32]:
        self.read += readings
        return np.full(SIZE, len(self.read), np.float32)


@pytest.mark.parametrize(
    ("words", "read", "vector"),
    [
        ("居住正怎么办理", ["居住正怎么办理", "居住证怎么办理"], 2.0),
        ("居住证怎么办理", ["居住证怎么办理"], 1.0),
        ("居住正怎么办理" * 3, ["居住正怎么办理" * 3], 1.0),  # long ones would take too long
        ("juzhuzhengzenmebanli", ["居住证怎么办理"], 1.0),
    ],
)
def test_what_may_be_misheard_is_read_both_ways(part: Part, words: str, read: list[str], vector: float) -> None:
    asked, heard = part.spelling.form(words), Heard()
    told, found = understood(part, asked, words, cast("Meaning", heard))
    assert heard.read == read
    assert (found == vector).all()
    assert told == asked or asked.form == Form.PINYIN, "letters and sounds stay those that were typed"
