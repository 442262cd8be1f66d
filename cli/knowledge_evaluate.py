"""`hotline knowledge evaluate`: how well and how fast the product's own search answers the questions of a file."""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.progress import Progress

from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.meaning import MODEL, SIZE, digest, engine

_AT_A_TIME = 16  # texts given to a process
Asked = dict[str, Any]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--typing", is_flag=True, help="The path used while somebody types: by letters and sounds alone.")
@click.option(
    "--cache", type=click.Path(file_okay=False, path_type=Path), help="Keep the texts' vectors in this folder."
)
@click.option("--most", default=0, help="Ask at most so many questions of each group (0: all), spread evenly.")
def evaluate(file: Path, typing: bool, cache: Path | None, most: int) -> None:
    """Index the documents of FILE, ask its questions, and print success, ranks and times as one line of JSON.

    A line of FILE is {"type":"doc","id","text","dept"?,"category"?} or {"type":"query","id","text","gold":[ids],
    "group","slice"}. A question without gold is one that has no answer here. Progress goes to stderr."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    held = documents([row for row in rows if row["type"] == "doc"])
    names = {d.entry_id: row["id"] for d, row in zip(held, (r for r in rows if r["type"] == "doc"), strict=True)}
    with Progress(console=_stderr()) as progress:
        began = time.perf_counter()
        vectors = None if typing else embedded({d.question for d in held}, cache, progress)
        embed_s = time.perf_counter() - began
        began = time.perf_counter()
        index = Index.of(held, vectors=vectors)
        index.search("预热", full=not typing)
        build_s = time.perf_counter() - began
        questions = spread([row for row in rows if row["type"] == "query"], most)
        outcomes = [
            ask(index, row, names, full=not typing) for row in progress.track(questions, description="questions")
        ]
    print(json.dumps(told(outcomes) | {"build_s": round(build_s, 2), "embed_s": round(embed_s, 1)}, ensure_ascii=False))  # noqa: T201


def documents(rows: Iterable[dict[str, Any]]) -> list[Document]:
    """The file's documents as entries; a department is known by its name."""
    departments: dict[str, int] = {}
    return [
        Document(number, departments.setdefault(row.get("dept") or "", len(departments)), row.get("category") or "",
                 row["text"], department_names=(row["dept"],) if row.get("dept") else ())
        for number, row in enumerate(rows)
    ]  # fmt: skip


def spread(rows: Sequence[Asked], most: int) -> list[Asked]:
    """At most so many of each group, evenly from beginning to end."""
    groups: dict[str, list[Asked]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    step = {name: max(1.0, len(of) / most) if most else 1.0 for name, of in groups.items()}
    return [of[int(n * step[name])] for name, of in groups.items() for n in range(int(len(of) / step[name]))]


def ask(index: Index, row: Asked, names: dict[int, str], *, full: bool) -> Asked:
    """One question: the place of the first right entry among ten (0: none), and the milliseconds."""
    began = time.perf_counter()
    found = index.search(row["text"], most=10, full=full)
    took = (time.perf_counter() - began) * 1000
    gold = set(row.get("gold") or ())
    place = next((n for n, match in enumerate(found, start=1) if names[match.entry_id] in gold), 0)
    return {"place": place, "ms": took, "group": row["group"], "slice": row.get("slice", ""), "answered": bool(gold),
            "inside": found[0].inside if found else 0.0}  # fmt: skip


def told(outcomes: Sequence[Asked]) -> dict[str, Any]:
    """The figures of all questions, and of each group and slice. `auroc`: how well the questions that have an answer
    are told from those that have none, where the file has both."""
    times = np.array([one["ms"] for one in outcomes]) if outcomes else np.zeros(1)
    answered = [one for one in outcomes if one["answered"]]
    figures = success(answered) | {"p50_ms": round(float(np.percentile(times, 50)), 2),
                                   "p99_ms": round(float(np.percentile(times, 99)), 2)}  # fmt: skip
    for name in ("group", "slice"):
        kinds = dict.fromkeys(one[name] for one in answered)
        figures[f"{name}s"] = {kind: success([o for o in answered if o[name] == kind]) for kind in kinds}
    outside = [one["inside"] for one in outcomes if not one["answered"]]
    return figures | ({"auroc": auroc([o["inside"] for o in answered], outside)} if outside and answered else {})


def success(outcomes: Sequence[Asked]) -> dict[str, Any]:
    """Success@1, success@5 and the mean reciprocal rank (of the first ten)."""
    places, count = [one["place"] for one in outcomes], max(1, len(outcomes))
    return {
        "queries": len(outcomes),
        "s_at_1": round(sum(place == 1 for place in places) / count, 4),
        "s_at_5": round(sum(1 <= place <= 5 for place in places) / count, 4),
        "mrr": round(sum(1 / place for place in places if place) / count, 4),
    }


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a question with an answer has the higher figure than one without; equal ones count half."""
    ordered = np.sort(np.array(outside))
    below, upto = np.searchsorted(ordered, inside, "left"), np.searchsorted(ordered, inside, "right")
    return round(float(np.mean((below + upto) / 2)) / len(ordered), 4)


def embedded(texts: Iterable[str], cache: Path | None, progress: Progress) -> dict[str, bytes]:
    """The vectors of texts by digest, from the cache as far as it has them."""
    kept = cache / "vectors.bin" if cache else None
    found = _read(kept) if kept and kept.exists() else {}
    missing = sorted({text for text in texts if digest(text) not in found}, key=len)
    if not missing or engine() is None:
        return found
    some = [missing[start : start + _AT_A_TIME] for start in range(0, len(missing), _AT_A_TIME)]
    task = progress.add_task("vectors", total=len(missing))
    with multiprocessing.get_context("spawn").Pool(len(os.sched_getaffinity(0))) as pool:
        for texts_of_it, vectors in zip(some, pool.imap(_vectors, some), strict=True):
            found |= {digest(text): vector for text, vector in zip(texts_of_it, vectors, strict=True)}
            progress.advance(task, len(texts_of_it))
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(MODEL.encode().ljust(64) + b"".join(bytes.fromhex(k) + v for k, v in found.items()))
    return found


def _vectors(texts: list[str]) -> list[bytes]:
    meaning = engine()
    return meaning.stored(texts) if meaning else []


def _read(kept: Path) -> dict[str, bytes]:
    content, size = kept.read_bytes(), 32 + SIZE + 4
    if content[:64].rstrip() != MODEL.encode():
        return {}
    starts = range(64, len(content) - size + 1, size)
    return {content[at : at + 32].hex(): content[at + 32 : at + size] for at in starts}


def _stderr() -> Any:
    from rich.console import Console

    return Console(file=sys.stderr)
