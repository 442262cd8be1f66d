"""`make bench-listener`: events a second that one core of the listener reads and notes, from streams of real calls."""

import argparse
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select

from ami_listener.listener import Listener
from benchmarks import report
from dispatch.calls.calls import Call
from hotline.accounts import accounts
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.events import Bus, Event
from hotline.exchange.messages import Event as Heard
from hotline.exchange.messages import Frames
from hotline.migrating import migrate
from hotline.settings import Settings
from hotline.times import now
from tests.support.streams import raw

STREAMS = ("taken", "missed", "several")
CHUNK = 64 * 1024
IDS = re.compile(rb"(?<=-)(\d{10})(?=\.\d+)|\b(\d{14})(?=-[0-9a-f]{12})")


class Silent(Bus):
    """Nobody is told."""

    def __init__(self) -> None:
        super().__init__("unix:///nowhere")

    def publish(self, *events: Event) -> bool:
        return bool(events)


class Wire:
    """What a link is to the listener, fed with bytes as they come from the exchange."""

    def __init__(self, content: bytes) -> None:
        self._events = self._cut(content)
        self.events = 0

    def next_event(self, timeout: float) -> Heard | None:
        event = next(self._events, None)
        self.events += event is not None
        return event

    @staticmethod
    def _cut(content: bytes) -> Iterator[Heard]:
        frames = Frames()
        for start in range(0, len(content), CHUNK):
            yield from (Heard(message) for message in frames.feed(content[start : start + CHUNK]))


def many(times: int) -> bytes:
    """The recorded calls so often, each time with ids of their own."""
    once = b"".join(map(raw, STREAMS))
    return b"".join(IDS.sub(lambda found, n=n: b"%d" % (int(found[0]) + n * 1000), once) for n in range(times))


def measure(times: int) -> dict[str, Any]:
    """Read and note everything; by the processor's time of this process, and by the clock."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    try:
        settings = Settings(folder=folder, secret_key="for the benchmark, thirty-two letters")  # type: ignore[arg-type]
        database = Database(f"sqlite:///{folder}/hotline.db")
        migrate(database)
        _settle(database)
        wire, listener = Wire(many(times)), Listener(settings, database, Silent())
        clock, cpu = time.perf_counter(), time.process_time()
        _run(listener, wire)
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
        with database.reading() as session:
            calls = session.scalar(select(func.count()).select_from(Call).where(Call.ended_at.is_not(None)))
        database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"events": wire.events, "calls": calls, "cpu_s": round(cpu, 2), "clock_s": round(clock, 2),
            "events_per_cpu_s": round(wire.events / cpu), "events_per_s": round(wire.events / clock)}  # fmt: skip


def _settle(database: Database) -> None:
    with database.writing() as session:
        for extension in ("8001", "8002"):
            accounts.add(session, f"op{extension}", name="某人", role=Role.OPERATOR, password="correct horse battery",
                         extension=extension, at=now(), by="bench")  # fmt: skip


def _run(listener: Listener, wire: Wire) -> None:
    before = -1
    while wire.events > before or listener._owed:
        before = wire.events
        listener._take(wire)  # type: ignore[arg-type]
        if listener._owed:
            listener._settle()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=200, help="how often the recorded calls are told")
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before = report.load()
    found = measure(chosen.times)
    print(found)
    if not chosen.trial:
        report.write("listener", found, "sqlalchemy", load_before=before)
        show(found)


def show(found: dict[str, Any]) -> None:
    head = ["events", "calls", "CPU (s)", "events a CPU second", "events a second by the clock"]
    row = [found[name] for name in ("events", "calls", "cpu_s", "events_per_cpu_s", "events_per_s")]
    report.put("listener", report.table(head, [row]) + "\n\n" + report.measured_on("listener"))


if __name__ == "__main__":
    main()
