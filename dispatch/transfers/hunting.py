"""Whom to ring next when a caller is handed to a department: A, B, the section; a number once, in office hours only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.calls import causes
from hotline.calendar.office import OfficeHours
from hotline.directory.liaisons import Position

SHORTEST_RING = 5  # seconds; nobody picks up sooner


class Outcome(StrEnum):
    """How an attempt to reach one liaison ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # also a mailbox, and who picked up and pressed nothing
    CALLER_HUNG_UP = "caller_hung_up"
    OUT_OF_HOURS = "out_of_hours"
    WRONG_PERSON = "wrong_person"
    NUMBER_INVALID = "number_invalid"
    STOPPED = "stopped"  # the caller or his operator did not want to wait any longer
    FAILED = "failed"  # the line failed: nobody was rung
    IN_DOUBT = "in_doubt"  # nobody can say: it counts as made


@dataclass(frozen=True)
class Duty:
    """One place of a department's duty list; `number` is empty where what is kept can't be dialled."""

    position: Position
    name: str
    number: str = field(repr=False)


@dataclass(frozen=True)
class Patience:
    """Seconds that each position's telephone rings."""

    a: int
    b: int
    section: int

    def of(self, position: Position) -> int:
        return {Position.A: self.a, Position.B: self.b, Position.SECTION: self.section}[position]


@dataclass(frozen=True)
class Ring:
    """Ring this liaison for so many seconds."""

    duty: Duty
    seconds: int


@dataclass(frozen=True)
class Skip:
    """This liaison's number can't be dialled; it is noted, and the next is looked for."""

    duty: Duty


@dataclass(frozen=True)
class OutOfHours:
    """The department is closed: nobody is rung."""

    why: str


@dataclass(frozen=True)
class Nobody:
    """The list is at its end, or the caller has waited long enough."""


Step = Ring | Skip | OutOfHours | Nobody


def next_step(duties: Sequence[Duty], tried: Collection[Duty], hours: OfficeHours, *, patience: Patience,
              until: datetime, at: datetime) -> Step:
    """What comes after these attempts. `until`: the caller waits no longer than that.

    A number is rung once, whoever else has it; whom nobody can be rung by is passed over."""
    if why := hours.closed(at):
        return OutOfHours(why)
    rung = {duty.number for duty in tried if duty.number}
    left = [duty for duty in duties if duty not in tried and duty.number not in rung]
    if not left:
        return Nobody()
    if not left[0].number:
        return Skip(left[0])
    seconds = min(patience.of(left[0].position), int((until - at) / timedelta(seconds=1)))
    return Ring(left[0], seconds) if seconds >= SHORTEST_RING else Nobody()


def outcome_of(cause: int, *, picked_up: bool) -> Outcome:
    """How an attempt ended whose channel is gone without anybody having joined; `cause` is the exchange's (Q.850)."""
    if picked_up:
        return Outcome.NO_ANSWER
    if cause in causes.BUSY:
        return Outcome.BUSY
    if cause in causes.INVALID:
        return Outcome.NUMBER_INVALID
    return Outcome.FAILED if cause in causes.FAILED else Outcome.NO_ANSWER
