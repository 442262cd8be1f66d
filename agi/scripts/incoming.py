"""A call comes in: note it, and tell the dialplan which ways are open. Asked while it still rings."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from agi.house import House
from agi.line import Line
from dispatch.beginnings import Beginning
from dispatch.line.rules import Reception, receive
from hotline.calendar.words import Prompts
from hotline.phones import normalise
from hotline.times import now

_WRITTEN_WITHIN: Final = 2.5  # seconds, below the exchange's own limit; then he goes on to a person


def run(line: Line, house: House) -> None:
    """Begin the call; STAFFED and SELFSERVICE say what the menu may offer, other variables what this caller meets.

    The machine is offered last, once the call is written down: without a database it could say nothing, and a
    caller without SELFSERVICE is taken to a person.
    """
    begun = _beginning(line, now())
    written = house.beginnings.add(begun)
    received = receive(house.rules.now, caller=begun.caller, dialled=begun.dialled, at=begun.at)
    line.set("STAFFED", _yes(received.staffed))
    for name, value in _met(received, machine=_counted(house, begun)):
        line.set(name, value)
    line.until(written, _WRITTEN_WITHIN)
    line.set("SELFSERVICE", _yes(received.self_service))


def _beginning(line: Line, at: datetime) -> Beginning:
    call_id, caller, dialled, *_ = (*line.environment.arguments, "", "", "")
    return Beginning(call_id, caller, dialled, line.environment.uniqueid, at)


def _counted(house: House, begun: Beginning) -> bool:
    """Whether a machine rings without end; what the supervisor is to be told is noted aside."""
    seen = house.rush.came(normalise(begun.caller), begun.at)
    for sighting in seen.sightings:
        house.sightings.add(sighting)
    return seen.machine


def _met(received: Reception, *, machine: bool) -> Iterator[tuple[str, str]]:
    """The variables for what few callers meet."""
    if received.closed:
        yield "CLOSED", _sounds(received.closed)
    if received.blocked:
        yield "BLOCKED_WORDS", _sounds(received.blocked)
        yield "BLOCKED", "yes"
    elif machine:
        yield "BLOCKED", "busy"
    if received.warned:
        yield "WARNED", "yes"
    if received.skill:
        yield "SKILL", received.skill


def _sounds(prompts: Prompts) -> str:
    return "&".join(f"hotline/{name}" for name in prompts)


def _yes(so: bool) -> str:
    return "yes" if so else "no"
