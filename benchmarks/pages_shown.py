"""What `make bench-pages` found, as docs/benchmarks.md shows it: the slowest pages, a summary, the files, the beat."""

import json
import statistics
from collections.abc import Sequence
from typing import Any

from benchmarks import report
from benchmarks.pages_asked import Ask
from benchmarks.picture import bars

LIMIT = 150  # ms that no list and no search may take, of 95 in a hundred
SLOWEST = 20


def show(found: dict[str, Any]) -> None:
    """The table and the picture."""
    slow = sorted(found["pages"], key=lambda row: -float(row["p95"]))
    drawn = {f"{row['list']}: {row['what']}"[:18]: {"p50": row["p50"], "p95": row["p95"]} for row in slow[:4]}
    (report.PICTURES / "bench-pages.svg").write_text(bars("The slowest pages", "ms", drawn), encoding="utf-8")
    parts = (_summary(found), _slowest(slow[:SLOWEST]), _files(found), _beats(found), report.measured_on("pages"))
    report.put("pages", "\n\n".join(("![The slowest pages](pictures/bench-pages.svg)", *parts)))


def slowest_of(pages: Sequence[Ask], most: int) -> tuple[Ask, ...]:
    """So many of these pages: those that were the slowest when all were measured."""
    last = json.loads((report.RESULTS / "pages.json").read_text(encoding="utf-8"))["pages"]
    slow = sorted(last, key=lambda row: -float(row["p95"]))[:most]
    known = {(row["who"], row["list"], row["what"]) for row in slow}
    return tuple(page for page in pages if (page.who, page.list, page.what) in known)


def _summary(found: dict[str, Any]) -> str:
    pages = found["pages"]
    over = sum(row["p95"] >= LIMIT for row in pages)
    counted = ", ".join(f"{count:,} rows of {name}" for name, count in found["rows"].items())
    took = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in found["seconds"].items())
    middle = statistics.median(row["p50"] for row in pages)
    return (f"{len(pages)} pages with {counted}: the middle one takes {middle:.0f} ms (p50), the slowest "
            f"{max(row['p95'] for row in pages):.0f} ms (p95), {over} take {LIMIT} ms or more. It took: {took}. "
            f"The slowest {SLOWEST}:")  # fmt: skip


def _slowest(pages: list[dict[str, Any]]) -> str:
    rows: list[list[object]] = [[f"{p['list']}: {p['what']}", p["who"], p["p50"], p["p95"], p["worst"]] for p in pages]
    return report.table(["page", "who", "p50 (ms)", "p95 (ms)", "worst (ms)"], rows)


def _files(found: dict[str, Any]) -> str:
    slow = sorted(found["exports"], key=lambda file: -float(file["p50"]))
    rows: list[list[object]] = [[f["list"], f["first"], f["p50"], f["worst"]] for f in slow[:SLOWEST]]
    head = ["file (at most 20,000 rows)", "first byte, worst (ms)", "whole, p50 (ms)", "worst (ms)"]
    return f"Of {len(slow)} files those that take longest:\n\n{report.table(head, rows)}"


def _beats(found: dict[str, Any]) -> str:
    rows: list[list[object]] = [[b["sweep"], b["idle"]] for b in found["beats"]]
    return report.table(["what the worker does at each beat, with nothing owed", "p50 (ms)"], rows)
