"""`make bench-capacity`: more and more calls at once until the first fails, ours beside an exchange alone."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import report
from benchmarks.capacity_sides import PHONES, Side, bare, ours
from benchmarks.picture import bars
from cli import sip
from cli.sip_scenario import Say, Signal, Step, Wait
from hotline.times import now
from tests.journeys.trouble import TUNE
from tests.support.processes import TICKS, ticks

STEPS_UP: Final = 1.3
HALVINGS: Final = 2  # between the last level that held and the first that did not
SHORT_BY: Final = 0.5  # seconds that a recording may lack
LATE_BY: Final = 1.2  # whoever places the calls must keep to the rate, else nothing was measured
KEYS: Final = (Signal("1", 0.3), Signal("0", 0.3), Signal("1", 7))  # the department whose question he asks
SIDES: Final[dict[str, Callable[[], AbstractContextManager[Side]]]] = {"ours": ours, "bare": bare}


@dataclass(frozen=True)
class Scene:
    """What each caller does, for how many seconds he is there, and within how many seconds all of them call."""

    what: str
    does: Sequence[Step]
    stays: float
    within: float
    first: int
    most: int = 100_000
    operators: bool = False
    peer: bool = True  # whether an exchange alone can do the same


SCENES: Final = {
    "incoming": Scene("greeted, hangs up in the greeting", (Wait(2.5),), 2.5, 10, first=500),
    "recorded": Scene("speaks for 20 s to the recorder", (Say(TUNE), Wait(20)), 20, 5, first=150),
    "queued": Scene("asks for a person and speaks with one", (Wait(1.5), Signal("0"), Say(TUNE), Wait(14)), 16, 5,
                    first=60, most=PHONES - 4, operators=True),
    "asking": Scene("spells a question on the keys, hears the answer", (Wait(2), Signal("1", 3), *KEYS, Signal("1", 6),
                    Signal("1", 14), Signal("1", 4)), 34.8, 5, first=80, peer=False),
}  # fmt: skip


@dataclass(frozen=True)
class Level:
    """How one number of calls went: what failed in words (empty: nothing), and who used the processors meanwhile."""

    calls: int
    fault: str
    busy: dict[str, float]


def try_level(side: Side, scene: Scene, calls: int, group: str) -> Level:
    """Place so many calls and look at each."""
    since, before, began = now(), _ticks(side), time.monotonic()
    answered = side.answered()
    result = sip.place(*scene.does, port=side.plan.sip_port, callers=sip.citizens(calls, group),
                       rate=calls / scene.within, together=calls, seconds=scene.stays + scene.within + 60)  # fmt: skip
    took = time.monotonic() - began
    busy = {name: round((spent - before[name]) / TICKS / took, 2) for name, spent in _ticks(side).items()}
    time.sleep(2)  # the last recordings are closed
    left = calls - (side.answered() - answered) if scene.operators else 0
    faults = (_lost(result, calls), _late(scene, took), f"{left} never spoke to anybody" if left else "",
              side.faults(calls, since), _short(scene, side.recordings(since), calls))  # fmt: skip
    return Level(calls, next(filter(None, faults), ""), busy)


def _lost(result: sip.SippResult, calls: int) -> str:
    fine = (result.ok, result.failed) == (calls, 0)
    return "" if fine else f"{result.failed} calls failed, {result.ok} of {calls} went through"


def _late(scene: Scene, took: float) -> str:
    fine = took < (scene.stays + scene.within) * LATE_BY + 2
    return "" if fine else f"not placed in time: it took {took:.0f} s"


def _short(scene: Scene, lengths: Sequence[float], calls: int) -> str:
    fine = len(lengths) == calls and lengths[0] > scene.stays - SHORT_BY
    return "" if fine else f"{len(lengths)} recordings of {calls}, the shortest {min(lengths, default=0):.1f} s"


def climb(side: Side, scene: Scene) -> tuple[Level, Level | None]:
    """The highest level that held, and the lowest above it that did not (None where the phones end before that)."""
    held, broke, calls, tried = Level(0, "", {}), None, scene.first, 0
    halvings = HALVINGS
    while True:
        level = try_level(side, scene, calls, str(tried % 10))
        tried += 1
        print(f"    {calls} calls: {level.fault or 'all held'}; {level.busy}", file=sys.stderr)
        if level.fault:
            broke = level
        else:
            held = level
        if broke is None:
            if calls == scene.most:
                return held, None
            calls = min(scene.most, round(calls * STEPS_UP))
        elif not halvings or broke.calls - held.calls < 2:
            return held, broke
        else:
            halvings -= 1
            calls = (held.calls + broke.calls) // 2


def _ticks(side: Side) -> dict[str, int]:
    """Processor time so far: the exchange, our processes, and all that is on the machine."""
    spent = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    whole = sum(int(n) for at, n in enumerate(spent) if at not in (3, 4))  # neither idle nor waiting for the disk
    found = {"exchange": ticks(side.exchange.process), "ours": sum(map(ticks, side.ours.values()))}
    return found | {"machine": whole}


def measure(names: Sequence[str]) -> dict[str, Any]:
    """Each scene on each side."""
    found: dict[str, Any] = {}
    for name in names:
        scene, found[name] = SCENES[name], {}
        for which, start in SIDES.items():
            if which != "ours" and not scene.peer:
                continue
            print(f"{name}, {which}:", file=sys.stderr)
            with start() as side, side.operators() if scene.operators else nullcontext():
                time.sleep(3)
                found[name][which] = _figures(scene, *climb(side, scene))
    return found


def _figures(scene: Scene, held: Level, broke: Level | None) -> dict[str, Any]:
    cps = held.calls / scene.within
    return {
        "cps": round(cps, 1), "calls": round(min(held.calls, cps * scene.stays)), "busy": held.busy,
        "ended_by": f"{broke.calls / scene.within:.1f} a second: {broke.fault}" if broke else "no more phones",
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("scenes", nargs="*", default=list(SCENES))
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before = report.load()
    found = measure(chosen.scenes)
    print(found)
    if not chosen.trial:
        report.write("capacity", found, "sqlalchemy", "pyst2", load_before=before)
        show(found)


def show(found: dict[str, Any]) -> None:
    head = ["each caller", "side", "calls/s", "at once", "of bare (%)", "exchange (cores)", "ours (cores)", "ended by"]
    rows: list[list[object]] = []
    for name, sides in found.items():
        for which, of in sides.items():
            peer = sides.get("bare", {}).get("cps")
            share = round(100 * of["cps"] / peer) if peer else "-"
            rows.append([SCENES[name].what, which, of["cps"], of["calls"], share, of["busy"].get("exchange", "-"),
                         of["busy"].get("ours", "-"), of["ended_by"]])  # fmt: skip
    groups = {name: {which: max(of["calls"], 1) for which, of in sides.items()} for name, sides in found.items()}
    (report.PICTURES / "bench-capacity.svg").write_text(bars("Calls at once that all held", "calls", groups), "utf-8")
    picture = "![Calls at once that all held](pictures/bench-capacity.svg)\n\n"
    report.put("capacity", picture + report.table(head, rows) + "\n\n" + report.measured_on("capacity"))


if __name__ == "__main__":
    main()
