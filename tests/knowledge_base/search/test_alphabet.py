"""What Yunnan speech does not keep apart has one spelling; what it does keeps its own."""

import pytest

from knowledge_base.search.alphabet import folded


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("nan", "lan"), ("ni", "li"), ("nv", "lv"),
        ("zhi", "zi"), ("zhang", "zang"), ("chuan", "cuan"), ("cha", "ca"), ("sheng", "sen"), ("shi", "si"),
        ("jing", "jin"), ("yin", "ying"), ("beng", "ben"), ("deng", "den"),
        ("fei", "hui"), ("fa", "hua"), ("fu", "hu"), ("fen", "hun"),
    ],
)  # fmt: skip
def test_sounds_that_are_taken_for_one_another_are_spelled_alike(said: str, meant: str) -> None:
    assert folded(said) == folded(meant)


@pytest.mark.parametrize(("one", "other"), [("ba", "pa"), ("da", "ta"), ("ji", "zhi"), ("gu", "hu"), ("mao", "miao"), ("re", "le")])
def test_sounds_that_everybody_keeps_apart_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)
