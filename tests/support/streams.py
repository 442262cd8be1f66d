"""What the real exchange told of real calls, as benchmarks/record_streams.py wrote it down, cut into events and looks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from ami_listener.messages import Message as Told
from ami_listener.messages import read
from ami_listener.seen import Seen, seen
from hotline.exchange.messages import Event, Message

FOLDER = Path("tests/ami_listener/streams")
LOOK, LOOKED = "Event: Look", "Event: Looked"
PROJECT = Path(__file__).parents[2]
NAMES = ("taken", "missed", "several", "handed_on")


@dataclass(frozen=True)
class Heard:
    """One event, with what it means to us."""

    at: datetime
    told: Told | None
    channel: str
    linked: str


@dataclass(frozen=True)
class Stream:
    """Events in the order in which they came; and looks, each with the number of events before it."""

    events: tuple[Heard, ...]
    looks: tuple[tuple[int, Seen], ...]

    @property
    def told(self) -> list[Heard]:
        """The events that mean something to us."""
        return [one for one in self.events if one.told is not None]


@cache
def stream(name: str) -> Stream:
    """A recorded stream."""
    events: list[Heard] = []
    looks: list[tuple[int, Seen]] = []
    rows: list[Event] | None = None
    for block in blocks(name):
        if block == LOOK:
            rows = []
        elif block == LOOKED and rows is not None:
            looks.append((len(events), _seen(rows, events[-1].at if events else None)))
            rows = None
        elif rows is not None:
            rows.append(_event(block))
        else:
            events.append(_heard(_event(block)))
    return Stream(tuple(events), tuple(looks))


def raw(name: str) -> bytes:
    """The events alone, as they went over the wire."""
    told, inside = [], False
    for block in blocks(name):
        inside = block == LOOK or (inside and block != LOOKED)
        if not inside and block != LOOKED:
            told.append(block.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    return b"".join(told)


def blocks(name: str) -> list[str]:
    """The pieces of a recorded file."""
    return (PROJECT / FOLDER / f"{name}.ami").read_text(encoding="utf-8").rstrip("\n").split("\n\n")


def _event(block: str) -> Event:
    return Event(Message(block.replace("\n", "\r\n")))


def _heard(event: Event) -> Heard:
    at = datetime.fromtimestamp(float(event.get("Timestamp")), UTC)
    return Heard(at, read(event.headers), event.get("Uniqueid"), event.get("Linkedid"))


def _seen(rows: list[Event], at: datetime | None) -> Seen:
    found = [dict(row.headers) for row in rows]
    devices = {row["Device"]: row["State"] for row in found if row["Event"] == "DeviceStateChange"}
    channels = [row for row in found if row["Event"] == "CoreShowChannel"]
    queues = [row for row in found if row["Event"].startswith("Queue")]
    return seen(channels, queues, devices, at=at or datetime.fromtimestamp(0, UTC))
