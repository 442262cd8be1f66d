"""How things stand at the exchange, asked for in one look: channels, who waits, members of the queues, phones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.exchange.names import extension_of

Rows = list[dict[str, str]]
AT_A_DESK = frozenset({"AppQueue", "ConfBridge"})  # where a phone is that the queue rang: talking, or handed on


@dataclass(frozen=True)
class Channel:
    """A channel that lives. `first`: the one that its call came in or went out on; `up`: somebody has taken it."""

    uniqueid: str
    name: str
    call_id: str
    caller: str
    first: bool
    up: bool
    place: str
    told: str = ""  # what the application there was told

    @property
    def spied(self) -> str:
        """The name of the channel that is listened in to on this one, else an empty text."""
        return self.told.partition(",")[0] if self.place == "ChanSpy" else ""

    @property
    def at_desk(self) -> str:
        """The extension of an operator's phone that the queue rang or has connected, else an empty text."""
        theirs = self.name.startswith("PJSIP/8") and not self.first and self.place in AT_A_DESK
        return extension_of(self.name) if theirs and self.call_id else ""


@dataclass(frozen=True)
class Member:
    """A phone in a queue: whether it is rung now, and what it counts there."""

    paused: bool
    counts: int


@dataclass(frozen=True)
class Seen:
    """All of it; `at` is the moment before it was asked for."""

    at: datetime
    channels: tuple[Channel, ...]
    waiting: frozenset[str]  # the channels of who waits in a queue
    members: Mapping[tuple[str, str], Member]  # by queue and phone
    phones: Mapping[str, str]  # by extension

    @property
    def live(self) -> frozenset[str]:
        """The ids of the calls that have a channel."""
        return frozenset(channel.call_id for channel in self.channels if channel.call_id)


def look(link: Link, *, at: datetime) -> Seen:
    """Ask the exchange. Whatever we believe must be read after this: it is older than what is seen."""
    return seen(actions.core_show_channels(link), actions.queue_status(link), actions.device_states(link), at=at)


def seen(channels: Rows, queues: Rows, devices: Mapping[str, str], *, at: datetime) -> Seen:
    """From the rows of the exchange's answers."""
    members = {(row["Queue"], row["Location"]): Member(row.get("Paused", "0") == "1", _number(row.get("Penalty", "")))
               for row in queues if row["Event"] == "QueueMember"}  # fmt: skip
    waiting = frozenset(row.get("Uniqueid", "") for row in queues if row["Event"] == "QueueEntry")
    phones = {extension_of(name): state for name, state in devices.items() if name.startswith("PJSIP/8")}
    return Seen(at, tuple(map(_channel, channels)), waiting, members, phones)


def _channel(row: Mapping[str, str]) -> Channel:
    told = row.get("Uniqueid", "")
    return Channel(told, row.get("Channel", ""), row.get("AccountCode", ""), row.get("CallerIDNum", ""),
                   first=told == row.get("Linkedid", ""), up=row.get("ChannelStateDesc") == "Up",
                   place=row.get("Application", ""), told=row.get("ApplicationData", ""))  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
