"""What tells a question without an answer from one that has one, besides the text that fits best."""

import numpy as np

from knowledge_base.search import chance, outside
from knowledge_base.search.meaning import SIZE, digest, packed
from knowledge_base.search.part import Part

SOME = np.random.default_rng(1)
MATTER = SOME.normal(size=SIZE)


def near_to(direction: np.ndarray) -> np.ndarray:
    vector = (direction + SOME.normal(size=SIZE)).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector))


def part(count: int) -> Part:
    texts = [f"第{number}件事怎么办" for number in range(count)]
    return Part([*texts, "没有向量"], vectors={digest(text): packed(near_to(MATTER)) for text in texts})


def test_a_question_about_something_else_is_unlike_what_is_asked_here() -> None:
    matter = part(80).matter
    assert matter is not None
    usual = [matter.like(near_to(MATTER)) for _ in range(200)]
    assert abs(np.mean(usual)) < 0.5
    assert max(matter.like(near_to(-MATTER)), matter.like(near_to(SOME.normal(size=SIZE)))) < -3
    assert part(10).matter is None, "of a few nobody can say what is usual"


def test_that_counts_only_where_no_text_fits() -> None:
    for best in (0.0, 5.0):
        assert outside.of_text(best, -9.0, 8) == outside.of_text(best, 0.0, 8), "what fits is answered, whatever else is asked here"
    weak, strange = (chance.inside(chance.MEANING, -4.0, outside.of_text(-4.0, like, 8)) for like in (0.0, -3.0))
    assert strange < weak / 2
    assert chance.inside(chance.MEANING, -4.0, outside.of_text(-4.0, 3.0, 8)) == weak, "being usual proves nothing"


def test_a_few_first_letters_prove_less_than_many() -> None:
    few, many = (chance.inside(chance.INITIALS, 0.0, outside.of_initials(told)) for told in (10.0, 120.0))
    assert few < many
