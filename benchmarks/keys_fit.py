"""Fits what a match on the telephone's keys is worth (`chance.KEYS`) to the demonstration's entries.

`python -m benchmarks.keys_fit` lets callers key keywords, keywords but for their end, and pieces of titles and
phrasings, in their own department and in another, whose entries are then no answer. Half of them fit, half measure.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.search_corpus import demonstration
from benchmarks.search_fit import logistic
from knowledge_base.search import chance
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.keypad import initials, keys
from knowledge_base.search.keypad_cost import syllables

KEYWORD, SHORTER, TITLE = 0.5, 0.2, 0.3  # callers are asked for a keyword; some key less of it, some a title


@dataclass(frozen=True)
class Keyed:
    """What a caller keyed: the grades of all that fits, and which of them is right (-1: none)."""

    pressed: int
    grades: Sequence[int]
    right: int
    counts: float


def said(document: Document, some: random.Random) -> Iterator[tuple[str, float]]:
    """What callers who mean an entry would key, and how much each counts."""
    for word in document.keywords:
        yield word, KEYWORD / len(document.keywords)
        if len(word) > 2:
            yield word[:-1], SHORTER / len(document.keywords)
    texts = [text for text, keyword in document.texts() if not keyword]
    for text in texts:
        begin, length = some.choice((0, some.randrange(max(1, len(text) - 3)))), some.randint(2, 5)
        yield text[begin : begin + length], TITLE / len(texts)


def callers(documents: Sequence[Document]) -> Iterator[Keyed]:
    """Each call twice: to the right department, and to another."""
    some, index = random.Random(1), Index.of(documents)
    departments = sorted({d.department_id for d in documents})
    for document in documents:
        for word, counts in said(document, some):
            for pressed in (keys(initials(word)), syllables(word)):
                if pressed:
                    other = some.choice([one for one in departments if one != document.department_id])
                    for of in (document.department_id, other):
                        yield _keyed(index, of, pressed, document, counts)


def _keyed(index: Index, department_id: int, pressed: str, wanted: Document, counts: float) -> Keyed:
    grades = index.grades(department_id, pressed)
    right = list(grades).index(wanted.entry_id) if wanted.entry_id in grades else -1
    return Keyed(len(pressed), list(grades.values()), right, counts)


def fitted(calls: Sequence[Keyed]) -> dict[str, Any]:
    """The figures of `chance.Keys`."""
    known = [call for call in calls if call.right >= 0]
    total = sum(call.counts for call in known)

    def loss(at: NDArray[np.float64]) -> float:
        worth = np.cumsum([0.0, *at])
        lost = (c.counts * (np.logaddexp.reduce(worth[c.grades]) - worth[c.grades[c.right]]) for c in known)
        return float(sum(lost) / total + 1e-4 * (at @ at))

    found = [call for call in calls if call.grades]
    best = np.array([[float(min(c.grades) == grade) for grade in range(1, 6)] for c in found])
    length = np.array([[min(c.pressed, chance.KEYS_COUNT)] for c in found])
    outcome, counts = np.array([float(c.right >= 0) for c in found]), np.array([c.counts for c in found])
    *less, more, level = logistic(np.concatenate([best, length], axis=1), outcome, counts)
    steps = minimize(loss, -np.ones(5), bounds=[(None, 0.0)] * 5).x  # a worse grade is never worth more
    return {"worth": np.cumsum([0.0, *steps]), "inside": [level, *(level + one for one in less)], "key": more}


def measured(calls: Iterable[Keyed]) -> None:
    """How true the chances are of the best match."""
    told = [(scores[0], float(call.right == 0), call.counts) for call in calls if call.grades
            for scores, _ in [chance.on_keys(call.grades, call.pressed)]]  # fmt: skip
    for low in range(0, 100, 10):
        within = np.array([one for one in told if low <= one[0] < low + 10 or (low == 90 and one[0] == 100)])
        if len(within):
            mean = np.average(within[:, :2], axis=0, weights=within[:, 2])
            print(f"said {mean[0]:.0f} %, true {100 * mean[1]:.0f} % ({len(within)})")


def main() -> None:
    calls = list(callers(demonstration()))
    random.Random(2).shuffle(calls)
    half = len(calls) // 2
    for name, some in (("half", calls[:half]), ("all", calls)):
        way = {name: np.round(value, 2).tolist() for name, value in fitted(some).items()}
        print(name, way)
        chance.KEYS = chance.Keys(**way)
        measured(calls[half:])


if __name__ == "__main__":
    main()
