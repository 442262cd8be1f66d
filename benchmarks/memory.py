"""`make bench-memory`: what each process of the running house takes, idle, after 10,000 calls and after 10,000 more."""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from benchmarks import report
from benchmarks.house import House, house
from cli import sip
from cli.exchange import Exchange
from cli.sip_scenario import Wait
from dispatch.calls.calls import Call
from tests.support.processes import resident

WHEN = ("start", "idle", "after", "again")
CALM = 15.0  # seconds without a call before memory is read: what is owed has been done by then


def measured(place: House) -> dict[str, float]:
    """All processes of ours by name."""
    return {name: round(resident(pid), 1) for name, pid in place.pids().items()}


def exchange(place: House) -> float:
    """Asterisk's own, which is not ours and in no sum; 0 where that can't be told."""
    pid = Exchange(place.here.plan()).process
    return round(resident(pid), 1) if pid else 0.0


@dataclass(frozen=True)
class Reading:
    """Megabytes at one moment."""

    ours: dict[str, float]
    exchange: float

    @property
    def total(self) -> float:
        return sum(self.ours.values())


def reading(place: House) -> Reading:
    """What is taken once nobody has called for a while."""
    time.sleep(CALM)
    return Reading(measured(place), exchange(place))


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
        read, failed = {WHEN[0]: reading(place)}, dict[str, int]()
        for when, calls in zip(WHEN[1:], (chosen.warm, chosen.calls, chosen.calls), strict=True):
            failed[when] = drive(place, calls, chosen.rate)
            read[when] = reading(place)
        found = {
            "calls": chosen.calls, "failed": failed["after"], "failed_again": failed["again"],
            "rows": calls_of(place, ended=False), "ended": calls_of(place, ended=True), **taken(read),
        }  # fmt: skip
    print(json.dumps(found), file=sys.stderr)
    if not chosen.trial:
        report.write("memory", found, "sqlalchemy", "redis", "celery", load_before=before)
        show(found)


def taken(read: dict[str, Reading]) -> dict[str, Any]:
    """Megabytes at each moment, and by how many percent they grew over the calls, and over as many more."""
    idle, after, again = read["idle"], read["after"], read["again"]
    return {
        **{f"{when}_mb": one.ours for when, one in read.items()},
        "exchange_mb": {when: one.exchange for when, one in read.items()},
        "growth_percent": {name: _growth(idle.ours[name], after.ours[name]) for name in idle.ours},
        "growth_again_percent": {name: _growth(after.ours[name], again.ours[name]) for name in idle.ours},
        "total_growth_percent": _growth(idle.total, after.total),
        "total_growth_again_percent": _growth(after.total, again.total),
    }  # fmt: skip


def _growth(before: float, after: float) -> float:
    return round((after / before - 1) * 100, 1) if before else 0.0


def show(found: dict[str, Any]) -> None:
    head = ["process", "started (MB)", "idle after warm-up (MB)", f"after {found['calls']} calls (MB)", "growth (%)",
            f"after {found['calls']} more (MB)", "growth (%)"]  # fmt: skip
    columns = [found[f"{when}_mb"] for when in WHEN]
    first, second = found["growth_percent"], found["growth_again_percent"]
    rows = [_row(name, [one[name] for one in columns], first[name], second[name]) for name in found["idle_mb"]]
    sums = [round(sum(one.values()), 1) for one in columns]
    rows.append(_row("all", sums, found["total_growth_percent"], found["total_growth_again_percent"]))
    its = list(found["exchange_mb"].values())
    rows.append(_row("the exchange, besides", its, _growth(its[1], its[2]), _growth(its[2], its[3])))
    report.put("memory", report.table(head, rows) + "\n\n" + report.measured_on("memory"))


def _row(name: str, megabytes: list[float], growth: float, again: float) -> list[object]:
    return [name, *megabytes[:3], growth, megabytes[3], again]


if __name__ == "__main__":
    main()
