"""Fits the figures of `knowledge_base/search/chance.py` to files of questions whose answers are known.

`python -m benchmarks.search_fit FILE FILE… --cache FOLDER` prints what is found when they are fitted on one half of the
questions and measured on the other, then the figures fitted on all. Of three files or more it also prints what is found
in each by figures that were fitted on the others alone, beside what those in use find. The files have the form of
`hotline knowledge evaluate`; each counts the same. One file's questions asked of another's documents are those without
an answer, but for those that stand there word for word, or whose right titles do.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress
from scipy.optimize import minimize

from cli.knowledge_evaluate import auroc
from cli.knowledge_questions import Question, answered_here, read
from cli.knowledge_vectors import embedded, usual_folder
from knowledge_base.search import chance, outside
from knowledge_base.search.evidence import INITIALS, TEXT
from knowledge_base.search.letters import Form
from knowledge_base.search.meaning import SIZE, engine
from knowledge_base.search.part import FOUND_BY_LETTERS, Part
from knowledge_base.search.understood import understood

Floats = NDArray[np.float64]
PLAIN, OTHER = 1.0, 0.4  # how much a question counts in the group `clean`, and in each other group
SIMPLE = 0.01  # pull of each figure towards 0, in standard deviations
_PAIR = 2  # files: without one of them nothing would tell what a strange question is
BEST = 5  # candidates of each question by which chances are fitted


@dataclass
class Asked:
    """A question with its candidates' evidence, and which of them are right."""

    file: int
    of: int  # the file whose documents were asked
    group: str
    half: int
    way: str
    figures: Floats
    right: NDArray[np.bool_]
    beside: Callable[[float], Sequence[float]]  # what else tells whether there's an answer, by the best text's weight
    counts: float = 1.0


def collect(files: Sequence[Path], cache: Path) -> list[Asked]:
    """Each file's questions asked of each file's documents, on both paths."""
    every = [read(file) for file in files]
    found: list[Asked] = []
    with Progress() as progress:
        for of, held in enumerate(every):
            texts = [document.question for document in held.held]
            part = Part(texts, vectors=embedded(set(texts), cache, progress))
            for file, others in enumerate(every):
                left_out = answered_here(others, held) if file != of else set()
                some = [one for one in others.asked if one.gold and one not in left_out]
                for one in progress.track(some, description=f"{files[file].stem} asked of {files[of].stem}"):
                    found += _asked(part, held.names, one, file, of)
    return _weighed(found)


def _asked(part: Part, ids: Sequence[str], question: Question, file: int, of: int) -> Iterable[Asked]:
    written = part.spelling.form(question.text)
    gold = question.gold if file == of else frozenset()
    half = hashlib.md5(min(question.gold).encode(), usedforsecurity=False).digest()[0] % 2  # all variants on one side
    for way in ("initials",) if written.form == Form.INITIALS else ("letters", "meaning"):
        asked, near, like = written, None, 0.0
        if way == "meaning":
            meaning = engine()
            if meaning:
                asked, vector = understood(part, written, question.text, meaning)
            else:
                vector = np.zeros(SIZE, np.float32)
            near, like = part.vectors.near(vector), part.matter.like(vector) if part.matter else 0.0
        some = part.candidates(asked, allowed=None, near=near, most=FOUND_BY_LETTERS)
        if len(some.rows):
            figures = some.figures if near is None else np.concatenate([some.figures, some.near[:, None]], axis=1)
            right = np.array([ids[place] in gold for place in some.rows])
            beside = _beside(way, like, len(asked.sounds), part.by_firsts.told(asked.sounds))
            yield Asked(file, of, question.group, half, way, figures.astype(np.float64), right, beside)


def _beside(way: str, like: float, length: int, told: float) -> Callable[[float], Sequence[float]]:
    if way == "initials":
        return lambda _: outside.of_initials(told)
    return (lambda best: outside.of_text(best, like, length)) if way == "meaning" else lambda _: ()


def _weighed(found: list[Asked]) -> list[Asked]:
    """Each file counts the same in each way, whether it's asked of its own documents or of another's."""
    totals: dict[tuple[int, int, str], float] = {}
    for one in found:
        one.counts = PLAIN if one.group == "clean" else OTHER
        key = (one.file, one.of, one.way)
        totals[key] = totals.get(key, 0.0) + one.counts
    for one in found:
        one.counts *= 1000 / totals[one.file, one.of, one.way]
    return found


def figures(asked: Sequence[Asked]) -> Floats:
    """The figures under which the right candidates have the greatest share of each question (a conditional logit)."""
    asked = [one for one in asked if one.right.any()]
    every = np.concatenate([one.figures for one in asked])
    spread = every.std(axis=0) + 1e-9
    scaled, right = every / spread, np.concatenate([one.right for one in asked]).astype(float)
    lengths = [len(one.right) for one in asked]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    of, counts = np.repeat(np.arange(len(asked)), lengths), np.array([one.counts for one in asked])

    def loss(at: Floats) -> tuple[float, Floats]:
        weights = scaled @ at
        share = np.exp(weights - np.maximum.reduceat(weights, starts)[of])
        share /= np.add.reduceat(share, starts)[of]
        of_right = np.add.reduceat(share * right, starts)
        gradient = scaled.T @ ((share - share * right / of_right[of]) * counts[of])
        total = counts.sum()
        value = -(counts * np.log(of_right)).sum() / total + SIMPLE * (at @ at)
        return float(value), gradient / total + 2 * SIMPLE * at

    best = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(best.x / spread)


def logistic(columns: Floats, outcome: Floats, counts: Floats) -> Floats:
    """Slopes and, last, the level of a logistic regression."""
    with_one = np.concatenate([columns, np.ones((len(columns), 1))], axis=1)

    def loss(at: Floats) -> tuple[float, Floats]:
        odds = with_one @ at
        value = (counts * (np.logaddexp(0, odds) - outcome * odds)).sum()
        gradient = with_one.T @ (counts * (1 / (1 + np.exp(-odds)) - outcome))
        return float(value / counts.sum()), gradient / counts.sum()

    return np.asarray(minimize(loss, np.zeros(with_one.shape[1]), jac=True, method="L-BFGS-B").x)


def fitted(asked: Sequence[Asked]) -> dict[str, Any]:
    """One way's figures, as in `chance.Way`."""
    own = [one for one in asked if one.file == one.of]
    at = figures(own)
    tops = np.array([[(one.figures @ at).max()] for one in asked])
    counts, has = np.array([one.counts for one in asked]), np.array([float(one.file == one.of) for one in asked])
    slope, level = logistic(tops, has, counts)
    origin = level / slope
    tells = np.array([[top, *one.beside(float(top))] for one, [top] in zip(asked, tops + origin, strict=True)])
    inside, *beside, start = logistic(tells, has, counts)
    columns, right, weights = [], [], []
    for one in asked:
        two, correct = chances(one, at, origin)
        columns.append(two)
        right.append(correct)
        weights.append(np.full(len(correct), one.counts))
    weight, share, base = logistic(np.concatenate(columns), np.concatenate(right), np.concatenate(weights))
    return {"figures": at, "origin": origin, "inside": inside, "weight": weight, "share": share, "level": base,
            "beside": beside, "start": start}  # fmt: skip


def chances(one: Asked, at: Floats, origin: float) -> tuple[Floats, Floats]:
    """The best candidates' weights and logarithms of shares, and whether they are right."""
    weights = one.figures @ at + origin
    best = np.argsort(-weights)[:BEST]
    whole = np.log(np.exp(weights - weights.max()).sum()) + weights.max()
    return np.stack([weights[best], weights[best] - whole], axis=1), one.right[best].astype(float)


def measured(asked: Sequence[Asked], way: dict[str, Any], files: Sequence[Path]) -> None:
    """Success, telling strange questions, and how true the chances are, on questions that were not fitted to."""
    for of, file in enumerate(files):
        own = [one for one in asked if one.file == one.of == of]
        for group in dict.fromkeys(one.group for one in own):
            places = [_right_of_best(one, way) for one in own if one.group == group]
            first, five = np.mean([place[:1].any() for place in places]), np.mean([place.any() for place in places])
            strange = _inside([one for one in asked if one.file != one.of == of], way, group)
            tell = f"auroc {auroc(_inside(own, way, group), strange)}" if strange else ""
            print(f"  {file.stem:8} {group:10} {first:.3f}/{five:.3f}", tell)
    told = [_first(one, way) for one in asked]
    for low in np.arange(0, 1, 0.1):
        within = [(chance, right) for chance, right in told if low <= chance < low + 0.1]
        if within:
            said, true = np.mean(within, axis=0)
            print(f"    said {said:.2f} true {true:.2f} ({len(within)})")


def _right_of_best(one: Asked, way: dict[str, Any]) -> NDArray[np.bool_]:
    return one.right[np.argsort(-(one.figures @ way["figures"]))[:BEST]]


def _inside(asked: Sequence[Asked], way: dict[str, Any], group: str) -> list[float]:
    """How likely there's an answer to each, as a logarithm of odds."""
    tops = [(one, float((one.figures @ way["figures"]).max() + way["origin"])) for one in asked if one.group == group]
    return [float(way["inside"] * top + np.dot(way["beside"], one.beside(top)) + way["start"]) for one, top in tops]


def _first(one: Asked, way: dict[str, Any]) -> tuple[float, float]:
    columns, right = chances(one, way["figures"], way["origin"])
    odds = way["weight"] * columns[0, 0] + way["share"] * columns[0, 1] + way["level"]
    return float(1 / (1 + np.exp(-odds))), float(right[0])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", type=Path, nargs="+")
    options.add_argument("--cache", type=Path, default=usual_folder())
    chosen = options.parse_args()
    asked = collect(chosen.files, chosen.cache)
    for name in ("letters", "meaning", "initials"):
        of_way = [one for one in asked if one.way == name]
        for half in (0, 1):
            print(f"{name}: fitted on half {half}, measured on the other")
            way = fitted([one for one in of_way if one.half == half])
            measured([one for one in of_way if one.half != half], way, chosen.files)
        used = vars(getattr(chance, name.upper()))
        for left, file in enumerate(chosen.files if len(chosen.files) > _PAIR else ()):
            way = fitted([one for one in of_way if left not in {one.file, one.of}])
            for told, figured in ("the figures in use", used), ("fitted on the others", way):
                print(f"{name}: {file.stem}, {told}")
                measured([one for one in of_way if one.of == left], figured, chosen.files)
        way = fitted(of_way)
        names = INITIALS if name == "initials" else (*TEXT, "near")
        print(name, {k: np.round(v, 3).tolist() for k, v in way.items() if k != "figures"})
        print("   ", {k: round(float(v), 2) for k, v in zip(names, way["figures"], strict=False)})


if __name__ == "__main__":
    main()
