"""What a call may not leave behind: channels, bridges, sockets, descriptors, threads, rows that are open, files of nobody."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from dispatch.calls.calls import Call, Leg
from hotline.database import Database
from tests.support.processes import descriptors, opened, sockets, threads

DATABASE = "/hotline.db"  # its connections stay open in pools, each of which has its bound
UNFINISHED = ("*.new", "*.tmp", "*.part", "*.draft")


class Console(Protocol):
    """The exchange's own console, and its process."""

    def cli(self, command: str) -> str: ...

    @property
    def process(self) -> int: ...


@dataclass(frozen=True)
class Place:
    """Where to look: the exchange, our own processes by name, the database, the spool."""

    console: Console
    processes: dict[str, int]
    database: Database
    spool: Path
    sound_ports: range


@dataclass(frozen=True)
class Remains:
    """How much of each there is at one moment."""

    channels: int
    bridges: int
    sound_sockets: int
    sockets: dict[str, int]
    threads: dict[str, int]
    descriptors: dict[str, int]
    open_calls: int
    open_legs: int
    unfinished: tuple[str, ...]
    strange: tuple[str, ...]


def look(house: Place) -> Remains:
    """All of it now."""
    pids = house.processes | {"exchange": house.console.process}
    with house.database.reading() as session:
        known = set(session.scalars(select(Call.id)))
        calls = session.scalar(select(func.count()).select_from(Call).where(Call.ended_at.is_(None))) or 0
        legs = session.scalar(select(func.count()).select_from(Leg).where(Leg.ended_at.is_(None))) or 0
    return Remains(
        channels=channels(house.console),
        bridges=len(re.findall(r"^[0-9a-f-]{36}", house.console.cli("bridge show all"), re.MULTILINE)),
        sound_sockets=len(_udp_ports() & set(house.sound_ports)),
        sockets={name: sockets(pid) for name, pid in pids.items()},
        threads={name: threads(pid) for name, pid in house.processes.items()},
        descriptors={name: descriptors(pid) - opened(pid, DATABASE) for name, pid in pids.items()},
        open_calls=calls, open_legs=legs,
        unfinished=tuple(sorted(path.name for sign in UNFINISHED for path in house.spool.rglob(sign))),
        strange=tuple(sorted({path.name for path in (house.spool / "calls").glob("*.wav") if path.name.split(".")[0] not in known})),
    )  # fmt: skip


def channels(console: Console) -> int:
    """How many channels the exchange has."""
    return _number(r"(\d+) active channel", console.cli("core show channels count"))


def more(before: Remains, after: Remains, *, first_links: int = 0) -> dict[str, object]:
    """What there is now that wasn't; a pool of threads or descriptors of files may breathe by a few, and so many links
    may have been opened for the first time, that stay."""
    found: dict[str, object] = {}
    for one in fields(Remains):
        was, now = getattr(before, one.name), getattr(after, one.name)
        if isinstance(now, dict):
            slack = first_links if one.name == "sockets" else 3
            if grown := {name: (was.get(name, 0), count) for name, count in now.items() if count > was.get(name, 0) + slack}:
                found[one.name] = grown
        elif isinstance(now, tuple):
            if new := set(now) - set(was):
                found[one.name] = sorted(new)
        elif now > was:
            found[one.name] = (was, now)
    return found


@contextmanager
def nothing_is_left(house: Place, within: float = 20, *, first_links: int = 0) -> Iterator[None]:
    """After what happens in here nothing more is there than before, some seconds later."""
    before = look(house)
    yield
    end = time.monotonic() + within
    while left := more(before, look(house), first_links=first_links):
        assert time.monotonic() < end, f"left behind: {left}"
        time.sleep(0.5)


def _number(sign: str, text: str) -> int:
    found = re.search(sign, text)
    assert found, text
    return int(found[1])


def _udp_ports() -> set[int]:
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return {int(line.split()[1].rpartition(":")[2], 16) for line in lines}
