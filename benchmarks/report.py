"""Where results go: a JSON file each, and a section of docs/benchmarks.md with table and picture."""

import json
import os
import platform
import re
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
RESULTS = PROJECT / "benchmarks/results"
PAGE = PROJECT / "docs/benchmarks.md"
PICTURES = PROJECT / "docs/pictures"


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was besides."""
    words = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", words)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model[1].strip() if model else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
    }


def load() -> float:
    """How many processes wanted the processor in the last minute."""
    return round(os.getloadavg()[0], 2)


def versions(*packages: str) -> dict[str, str]:
    """Versions of what was measured."""
    own = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return own | {name: version(name) for name in packages}


def write(name: str, figures: dict[str, Any], *packages: str, load_before: float) -> Path:
    """`benchmarks/results/NAME.json`: the figures, and on what, with what and when they were measured."""
    facts = {
        **figures,
        "machine": machine() | {"load_before": load_before, "load_after": load()},
        "versions": versions(*packages),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"written: {path.relative_to(PROJECT)}", file=sys.stderr)
    return path


def measured_on(name: str) -> str:
    """One line under a table: machine, versions, date."""
    facts = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    on = facts["machine"]
    with_what = ", ".join(f"{what} {number}" for what, number in facts["versions"].items())
    return (
        f"Measured {facts['date'][:16].replace('T', ' ')} UTC on {on['cores']} cores of {on['cpu']}, "
        f"{on['memory_gb']} GB, {on['system']}; load before and after {on['load_before']} and {on['load_after']}; "
        f"{with_what}."
    )


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table; the first column to the left, figures to the right."""
    lines = [head, [":--"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def put(name: str, body: str) -> None:
    """Replace the measured part of section `name` in docs/benchmarks.md."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: written by make bench-{name} -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2]
    if not found:
        before, after = page.rstrip("\n") + "\n\n", "\n"
    PAGE.write_text(f"{before}{begin}\n{body.strip()}\n{end}{after}", encoding="utf-8")
