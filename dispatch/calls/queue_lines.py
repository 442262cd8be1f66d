"""Lines of the exchange's queue log as values: text in, a frozen dataclass out, None for what isn't one or doesn't
concern us. Callers' numbers stand in these lines, and go no further."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What is told of a queue."""

    ENTERED = "entered"
    CONNECTED = "connected"
    RANG_OUT = "rang_out"  # nobody took it at that telephone
    RING_ENDED = "ring_ended"  # whoever waited went while it rang there
    GAVE_UP = "gave_up"
    TIMED_OUT = "timed_out"
    KEYED = "keyed"  # he chose otherwise by a key
    EMPTIED = "emptied"  # nobody was left who could answer
    CALLER_HUNG_UP = "caller_hung_up"
    OPERATOR_HUNG_UP = "operator_hung_up"
    HANDED_ON = "handed_on"
    JOINED = "joined"
    LEFT = "left"
    PAUSED = "paused"
    RESUMED = "resumed"


RINGS = frozenset({Kind.RANG_OUT, Kind.RING_ENDED})
NOBODYS = frozenset({"NONE", "MANAGER", "CLI", "REALTIME"})  # where no channel or no operator is named


@dataclass(frozen=True)
class Written:
    """One line. `at`: in whole seconds. `rank`: where he stood. `seconds`: that he waited, that it rang, or that they
    talked. `said`: the key, or why somebody pauses. `call_id` is told where he enters alone."""

    at: datetime
    kind: Kind
    queue: str
    uniqueid: str
    agent: str
    call_id: str = ""
    rank: int | None = None
    seconds: float | None = None
    said: str = ""


@dataclass(frozen=True)
class _Shape:
    """What stands in which of the last fields of a line, and how many there are (or one `more`)."""

    kind: Kind
    fields: int
    rank: int | None = None
    seconds: int | None = None
    said: int | None = None
    call_id: int | None = None
    more: bool = False


_SHAPES = {
    "ENTERQUEUE": _Shape(Kind.ENTERED, 3, rank=2, call_id=0),
    "CONNECT": _Shape(Kind.CONNECTED, 3, seconds=0),
    "RINGNOANSWER": _Shape(Kind.RANG_OUT, 1, seconds=0),
    "RINGCANCELED": _Shape(Kind.RING_ENDED, 1, seconds=0),
    "ABANDON": _Shape(Kind.GAVE_UP, 3, rank=0, seconds=2),
    "EXITWITHTIMEOUT": _Shape(Kind.TIMED_OUT, 3, rank=0, seconds=2),
    "EXITEMPTY": _Shape(Kind.EMPTIED, 3, rank=0, seconds=2),
    "EXITWITHKEY": _Shape(Kind.KEYED, 4, rank=1, seconds=3, said=0),
    "COMPLETECALLER": _Shape(Kind.CALLER_HUNG_UP, 3, seconds=1),
    "COMPLETEAGENT": _Shape(Kind.OPERATOR_HUNG_UP, 3, seconds=1),
    "BLINDTRANSFER": _Shape(Kind.HANDED_ON, 5, seconds=3),
    "ATTENDEDTRANSFER": _Shape(Kind.HANDED_ON, 5, seconds=-2, more=True),
    "ADDMEMBER": _Shape(Kind.JOINED, 1),
    "REMOVEMEMBER": _Shape(Kind.LEFT, 1),
    "PAUSE": _Shape(Kind.PAUSED, 1, said=0),
    "UNPAUSE": _Shape(Kind.RESUMED, 1, said=0),
}
SECONDS = 10  # digits of a moment
LONGEST_NUMBER = 9  # digits: what is longer was torn, and holds the beginning of another line


def understood(line: str) -> Written | None:
    """Read one line: moment, channel, queue, operator, what happened, and what belongs to it."""
    parts = line.rstrip("\n").split("|")
    whole = len(parts) > 5 and all(part.isprintable() for part in parts)
    if not whole or not _is_number(parts[0]) or len(parts[0]) != SECONDS:
        return None
    shape, fields = _SHAPES.get(parts[4]), parts[5:]
    if shape is None or len(fields) not in {shape.fields, shape.fields + shape.more}:
        return None
    numbers = [fields[place] for place in (shape.rank, shape.seconds) if place is not None]
    if not all(_is_number(number) and len(number) <= LONGEST_NUMBER for number in numbers):
        return None
    return _written(parts, shape, fields)


def _written(parts: list[str], shape: _Shape, fields: list[str]) -> Written:
    at = datetime.fromtimestamp(int(parts[0]), UTC)
    uniqueid, queue, agent = ("" if part in NOBODYS else part for part in parts[1:4])
    seconds = None if shape.seconds is None else float(fields[shape.seconds]) / (1000 if shape.kind in RINGS else 1)
    return Written(
        at, shape.kind, queue[:80], uniqueid[:60], agent[:60],
        call_id="" if shape.call_id is None else fields[shape.call_id][:40],
        rank=None if shape.rank is None else int(fields[shape.rank]), seconds=seconds,
        said="" if shape.said is None else fields[shape.said][:80],
    )  # fmt: skip


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
