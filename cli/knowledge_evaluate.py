"""`hotline knowledge evaluate`: how well and how fast the product's own search answers the questions of a file."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress

from cli.knowledge_questions import Question, Questions, answered_here, read, spread
from cli.knowledge_unknown import unknown
from cli.knowledge_vectors import embedded, one_thread_each, processes, usual_folder
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.letters import Form

BEST = 5  # places that are shown
_CONSIDERED = 10  # places: a right entry further down counts as not found


@dataclass(frozen=True)
class Outcome:
    """A question, the place of the first right entry (0: none), how likely an answer was held, and milliseconds;
    `letters`: it was read as first letters."""

    of: Question
    place: int
    inside: float
    ms: float
    letters: bool = False


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--typing", is_flag=True, help="The path used while somebody types: by letters and sounds alone.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), default=usual_folder,
              help="Keep the texts' vectors in this folder, not in ~/.cache/hotline.")  # fmt: skip
@click.option("--most", default=0, help="Ask at most so many questions of each group (0: all), spread evenly.")
@click.option("--strange", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Ask this file's questions too, as ones without an answer: are they told?")  # fmt: skip
def evaluate(file: Path, typing: bool, cache: Path, most: int, strange: Path | None) -> None:
    """Index the documents of FILE, ask its questions, and print success, ranks and times as one line of JSON.

    A line of FILE is {"type":"doc","id","text","dept"?,"category"?} or {"type":"query","id","text","gold":[ids],
    "group","slice"}. A question without gold is one that has no answer here. Progress goes to stderr."""
    known = read(file)
    asked = [one for one in known.asked if one.gold]
    strange_ones = _strange(replace(known, asked=[one for one in known.asked if not one.gold]), known)
    strange_ones += _strange(read(strange), known) if strange else []
    asked = spread(asked, most) + spread(strange_ones, most)
    with Progress(console=Console(file=sys.stderr)) as progress:
        began = time.perf_counter()
        vectors = None if typing else embedded({d.question for d in known.held}, cache, progress)
        print(f"vectors: {time.perf_counter() - began:.1f} s", file=sys.stderr)  # noqa: T201
        build_s, *outcomes = progress.track(_asked(known, vectors, asked), total=len(asked) + 1, description="asked")
    print(json.dumps(told(outcomes, build_s), ensure_ascii=False))  # noqa: T201


def _strange(others: Questions, known: Questions) -> list[Question]:
    """Their questions as ones without an answer; those that have one nevertheless are marked."""
    here = answered_here(others, known)
    return [replace(one, gold=frozenset(), known=one in here) for one in others.asked]


# -- in a process of its own, on one core ------------------------------------------------------------------------------
def _asked(known: Questions, vectors: Mapping[str, bytes] | None, asked: Sequence[Question]) -> Iterator[Any]:
    """The seconds that building took, then each outcome."""
    begun = (known.held, known.names, vectors)
    with one_thread_each(), processes(1, initializer=_begin, initargs=begun) as one:
        yield one.submit(_built).result()
        yield from one.map(_ask, asked, chunksize=8)


_examined: dict[str, Any] = {}


def _begin(held: Sequence[Document], names: Sequence[str], vectors: Mapping[str, bytes] | None) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    began = time.perf_counter()
    index = Index.of(held, vectors=vectors)
    index.ready()
    _examined.update(index=index, names=names, full=vectors is not None, build_s=time.perf_counter() - began)
    index.search("预热", full=vectors is not None)


def _built() -> float:
    return float(_examined["build_s"])


def _ask(question: Question) -> Outcome:
    began = time.perf_counter()
    found = _examined["index"].search(question.text, most=_CONSIDERED, full=_examined["full"])
    took = (time.perf_counter() - began) * 1000
    right = (n for n, match in enumerate(found, start=1) if _examined["names"][match.entry_id] in question.gold)
    read_as = _examined["index"].reading(question.text)
    letters = read_as is not None and read_as.form == Form.INITIALS
    return Outcome(question, next(right, 0), found[0].inside if found else 0.0, took, letters)


# -- figures -----------------------------------------------------------------------------------------------------------
def told(outcomes: Sequence[Outcome], build_s: float) -> dict[str, Any]:
    """The figures of all questions, and of each group and slice. `auroc`: how well the questions that have an answer
    are told from those that have none, where there are both; `apart`: without those that have one after all; `unknown`:
    how often 'I don't know' is said of which, first letters aside."""
    times = np.array([one.ms for one in outcomes] or [0.0])
    answered = [one for one in outcomes if one.of.gold]
    groups, slices = _by([one.of.group for one in answered], answered), _by([o.of.slice for o in answered], answered)
    figures = success([one.place for one in answered]) | {
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p99_ms": round(float(np.percentile(times, 99)), 2),
        "build_s": round(build_s, 2),
        "groups": {name: success([one.place for one in of]) for name, of in groups.items()},
        "slices": {name: success([one.place for one in of]) for name, of in slices.items()},
    }
    strange = [one for one in outcomes if not one.of.gold]
    if not strange or not answered:
        return figures
    really = [one for one in strange if not one.of.known]
    apart = {"left_out": len(strange) - len(really)} | (_aurocs(answered, really) if really else {})
    of = unknown([one.inside for one in answered if 1 <= one.place <= BEST and not one.letters],
                 [one.inside for one in really if not one.letters])  # fmt: skip
    return figures | _aurocs(answered, strange) | {"apart": apart, "unknown": of}


def _aurocs(answered: Sequence[Outcome], strange: Sequence[Outcome]) -> dict[str, Any]:
    groups, others = (_by([one.of.group for one in of], of) for of in (answered, strange))
    by_group = {name: _told_apart(of, others[name]) for name, of in groups.items() if name in others}
    return {"auroc": _told_apart(answered, strange), "auroc_groups": by_group}


def success(places: Sequence[int]) -> dict[str, Any]:
    """Success@1, success@5 and the mean reciprocal rank (of the first ten)."""
    count = max(1, len(places))
    return {
        "queries": len(places),
        "s_at_1": round(sum(place == 1 for place in places) / count, 4),
        "s_at_5": round(sum(1 <= place <= BEST for place in places) / count, 4),
        "mrr": round(sum(1 / place for place in places if place) / count, 4),
    }


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a question with an answer has the higher figure than one without; equal ones count half."""
    ordered = np.sort(np.array(outside))
    below, upto = np.searchsorted(ordered, inside, "left"), np.searchsorted(ordered, inside, "right")
    return round(float(np.mean((below + upto) / 2)) / len(ordered), 4)


def _told_apart(answered: Sequence[Outcome], strange: Sequence[Outcome]) -> float:
    return auroc([one.inside for one in answered], [one.inside for one in strange])


def _by(names: Sequence[str], outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for name, one in zip(names, outcomes, strict=True):
        found.setdefault(name, []).append(one)
    return found
