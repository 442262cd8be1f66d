"""`make bench-memory`: what each process of the running house takes, idle and after 10,000 calls."""

import argparse
import json
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import report
from benchmarks.house import House, house
from cli import sip
from cli.sip_scenario import Wait
from dispatch.calls import Call

MEGABYTE = 1024 * 1024
CALM = 15.0  # seconds without a call before memory is read: what is owed has been done by then


def resident(pid: int) -> float:
    """Megabytes of a process and all its children, pages that they share counted once (PSS)."""
    total = _own(pid)
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(resident(int(child)) for child in task.read_text(encoding="ascii").split())
    return total


def _own(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    return 0.0


def measured(place: House) -> dict[str, float]:
    """All processes by name; the exchange is not ours and left out."""
    return {name: round(resident(pid), 1) for name, pid in place.pids().items()}


def calls_of(place: House, *, ended: bool) -> int:
    query = select(func.count()).select_from(Call)
    with place.database.reading() as session:
        return session.scalar(query.where(Call.ended_at.is_not(None)) if ended else query) or 0


def drive(place: House, calls: int, rate: float) -> int:
    """Place that many short calls over the real exchange and wait until each has ended in the database; how many
    SIPp counts as failed."""
    wanted = calls_of(place, ended=True) + calls
    port = place.here.settings.sip_port
    with sip.call(Wait(0.5), port=port, callers=sip.citizens(calls, "1"), rate=rate, together=2000) as sipp:
        result = sipp.result(calls / rate * 3 + 30)
    until = time.monotonic() + 120
    while calls_of(place, ended=True) < wanted - result.failed and time.monotonic() < until:
        time.sleep(0.5)
    return result.failed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=10_000)
    options.add_argument("--warm", type=int, default=1_000, help="calls before the first reading")
    options.add_argument("--rate", type=float, default=50)
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before = report.load()
    with house() as place:
        time.sleep(CALM)
        start = measured(place)
        drive(place, chosen.warm, chosen.rate)
        time.sleep(CALM)
        idle = measured(place)
        failed = drive(place, chosen.calls, chosen.rate)
        time.sleep(CALM)
        after = measured(place)
        found = {
            "calls": chosen.calls, "failed": failed, "rows": calls_of(place, ended=False),
            "ended": calls_of(place, ended=True), "start_mb": start, "idle_mb": idle, "after_mb": after,
            "growth_percent": {name: _growth(idle[name], after[name]) for name in idle},
            "total_growth_percent": _growth(sum(idle.values()), sum(after.values())),
        }  # fmt: skip
    print(json.dumps(found), file=sys.stderr)
    if not chosen.trial:
        report.write("memory", found, "sqlalchemy", "redis", "celery", load_before=before)
        show(found)


def _growth(before: float, after: float) -> float:
    return round((after / before - 1) * 100, 1) if before else 0.0


def show(found: dict[str, dict[str, float]]) -> None:
    head = ["process", "started (MB)", "idle after warm-up (MB)", f"after {found['calls']} calls (MB)", "growth (%)"]
    names = list(found["idle_mb"])
    rows: list[list[object]] = [
        [name, found["start_mb"][name], found["idle_mb"][name], found["after_mb"][name], found["growth_percent"][name]]
        for name in names
    ]
    sums = [round(sum(found[kind].values()), 1) for kind in ("start_mb", "idle_mb", "after_mb")]
    rows.append(["all", *sums, found["total_growth_percent"]])
    report.put("memory", report.table(head, rows) + "\n\n" + report.measured_on("memory"))


if __name__ == "__main__":
    main()
