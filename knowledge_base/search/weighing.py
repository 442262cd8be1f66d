"""How the candidates of a search are weighed: by the wording that fits each best, and then against one another."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from knowledge_base.search import chance
from knowledge_base.search.chance import Way
from knowledge_base.search.grams import Floats, Ints
from knowledge_base.search.letters import Form, Written
from knowledge_base.search.match import Match
from knowledge_base.search.shelf import Allowed, Shelf
from knowledge_base.search.vectors import Near

_KEYWORD_LESS = 3.0  # weight that a keyword lacks beside a question: many entries have it
Read = tuple[Written, frozenset[int]]  # a wording, and the departments that it names


def together(asked: Iterable[Read]) -> dict[tuple[frozenset[int], bool], list[Written]]:
    """The wordings that can be looked up at once: for the same departments, all in first letters or none."""
    found: dict[tuple[frozenset[int], bool], list[Written]] = {}
    for one, departments in asked:
        found.setdefault((departments, one.form == Form.INITIALS), []).append(one)
    return found


def alike(asked: Iterable[Read]) -> dict[bool, list[Written]]:
    """The wordings in first letters, and the others: each of both are looked up together."""
    found: dict[bool, list[Written]] = {}
    for one, _ in asked:
        found.setdefault(one.form == Form.INITIALS, []).append(one)
    return found


def weighed(
    shelf: Shelf, asked: Sequence[Written], rows: Ints, allowed: Allowed | None, near: Near | None
) -> tuple[list[int], Floats]:
    """Entries of these texts and what each weighs by the wording that fits it best."""
    speaking = zip(asked, shelf.part.evidence(asked, rows, near), strict=True)
    weights = np.max([_weights(one, what) for one, what in speaking], axis=0)
    entries, of, keyword = shelf.entries(rows, allowed)
    return entries, weights[of] - _KEYWORD_LESS * keyword


def matches(asked: Written, understood: bool, found: dict[int, float], *, most: int, beside: Sequence[float],
            limit: float) -> list[Match]:  # fmt: skip
    """The best of what was found, each with its chance, and the chance that there is an answer at all."""
    way = _way(asked, understood)
    weights = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    scores, inside = chance.chances(way, weights), round(chance.inside(way, float(weights.max()), beside), 1)
    order = np.argsort(-weights, kind="stable")[:most]
    entries = list(found)
    return [Match(entries[place], round(float(scores[place]), 1), inside, limit) for place in order.tolist()]


def _way(asked: Written, understood: bool) -> Way:
    if asked.form == Form.INITIALS:
        return chance.INITIALS
    return chance.MEANING if understood else chance.LETTERS


def _weights(asked: Written, some: Any) -> Any:
    """Weights of candidates; a text without a vector is judged by letters alone."""
    if asked.form == Form.INITIALS:
        return chance.weights(chance.INITIALS, some.figures)
    by_letters = chance.weights(chance.LETTERS, some.figures)
    if not len(some.rows) or some.near.max() <= -1:
        return by_letters
    both = np.concatenate([some.figures, some.near[:, None]], axis=1)
    return np.where(some.near > -1, chance.weights(chance.MEANING, both), by_letters)
