"""`make bench-agi`: calls a second and connect → first command, ours beside panoramisk and a process per call."""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from benchmarks import report
from benchmarks.callers import Callers, Heard
from benchmarks.picture import bars
from benchmarks.servers import COMMANDS, Server, running

SESSIONS = (50, 200, 500)
SHOWN = ("ours", "panoramisk", "process")
OFTEN = ("ours", "panoramisk")  # the others have one round: what they show needs no more
Rounds = list[Heard]


def _call(port: int, sessions: int, seconds: float, grace: float) -> dict[str, Any]:
    return asdict(Callers(port, sessions).run(seconds, grace=grace))


def measure(server: Server, sessions: int, seconds: float) -> Heard:
    """One round; the callers are a process of their own, so that nothing of this one's state is carried over."""
    grace = 3.0
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return Heard(**pool.apply(_call, (server.port, sessions, seconds, grace)))


def figures(rounds: Rounds) -> dict[str, Any]:
    """All rounds of one server at one number of sessions. Who was cut off unanswered counts with the time that he
    had waited by then, so a slow server doesn't look fast by answering few."""
    first = [x for heard in rounds for x in (*heard.burst, *heard.first, *heard.unanswered)]
    return {
        "rps": round(sum(len(heard.whole) for heard in rounds) / sum(heard.seconds for heard in rounds), 1),
        "p99_ms": _milliseconds(first, 0.99),
        "p50_ms": _milliseconds(first, 0.5),
        "burst_p99_ms": _milliseconds([x for heard in rounds for x in heard.burst + heard.unanswered], 0.99),
        "steady_p99_ms": _milliseconds([x for heard in rounds for x in heard.first], 0.99),
        "whole_p99_ms": _milliseconds([x for heard in rounds for x in heard.whole], 0.99),
        "calls": sum(len(heard.whole) for heard in rounds),
        "broken": sum(heard.broken for heard in rounds),
        "unanswered": sum(len(heard.unanswered) for heard in rounds),
    }


def _milliseconds(seconds: Sequence[float], share: float) -> float | None:
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else None


def compare(names: Sequence[str], sessions: Sequence[int], *, rounds: int, seconds: float) -> dict[str, Any]:
    """All servers in turn, round by round, so that a busy moment of the machine strikes none alone."""
    found: dict[int, dict[str, Rounds]] = {count: {name: [] for name in names} for count in sessions}
    with ExitStack() as stack:
        stay = {name: stack.enter_context(running(name)) for name in names if not name.startswith("process")}
        for count in sessions:
            for turn in range(rounds):
                for name in [*names[turn % len(names) :], *names[: turn % len(names)]]:
                    if turn and name not in OFTEN:
                        continue
                    heard = _round(stay.get(name) or name, count, seconds if name in stay else 2 * seconds)
                    found[count][name].append(heard)
                    print(count, name, json.dumps(figures([heard])), file=sys.stderr, flush=True)
        kept = {name: server.rows() for name, server in stay.items()}
    return {
        "sessions": {str(n): {name: figures(heard) for name, heard in by.items()} for n, by in found.items()},
        "rows": kept,
    }


def _round(server: Server | str, sessions: int, seconds: float) -> Heard:
    """The server of processes is begun anew each time: what it hasn't got round to must not burden the next."""
    if isinstance(server, Server):
        return measure(server, sessions, seconds)
    with running(server) as own:
        return measure(own, sessions, seconds)


def show(found: dict[str, Any]) -> None:
    """Table and pictures in docs/benchmarks.md."""
    head = [
        "sessions",
        "server",
        "calls/s",
        "p99 to first command (ms)",
        "p50",
        "p99 after the burst",
        "p99 whole call",
    ]
    columns = ("rps", "p99_ms", "p50_ms", "steady_p99_ms", "whole_p99_ms")
    rows: list[list[object]] = [
        [count, name, *("-" if by[column] is None else by[column] for column in columns)]
        for count, servers in found["sessions"].items()
        for name, by in servers.items()
    ]
    drawn = (("p99", "p99_ms", "connect → first command, p99", "ms"), ("rps", "rps", "Calls begun", "per second"))
    for file, figure, title, unit in drawn:
        groups = {
            f"{count} sessions": {name: servers[name][figure] or 0.1 for name in SHOWN if name in servers}
            for count, servers in found["sessions"].items()
        }
        (report.PICTURES / f"bench-agi-{file}.svg").write_text(bars(title, unit, groups), encoding="utf-8")
    pictures = "".join(f"![{title}](pictures/bench-agi-{file}.svg)\n" for file, _, title, _ in drawn)
    report.put("agi", f"{pictures}\n{report.table(head, rows)}\n\n{report.measured_on('agi')}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sessions", type=int, nargs="*", default=SESSIONS)
    options.add_argument("--only", nargs="*", default=list(COMMANDS), choices=list(COMMANDS))
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before = report.load()
    found = compare(chosen.only, chosen.sessions, rounds=chosen.rounds, seconds=chosen.seconds)
    if not chosen.trial:
        report.write("agi", found, "sqlalchemy", "panoramisk", "pyst2", load_before=before)
        show(found)


if __name__ == "__main__":
    main()
