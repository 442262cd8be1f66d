"""A call comes in: note it, and tell the dialplan which ways are open. Asked while it still rings."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from agi.house import House
from agi.line import Line
from dispatch.calls.beginnings import Beginning
from dispatch.line.menu import offered, ways
from dispatch.line.rules import Reception, receive
from hotline.calendar.words import Prompts
from hotline.phones import normalise
from hotline.times import now

_WRITTEN_WITHIN: Final = 2.5  # seconds, below the exchange's own limit; then he goes on to a person


def run(line: Line, house: House) -> None:
    """Begin the call; STAFFED and SELFSERVICE say what the menu may offer, other variables what this caller meets.

    The machine is offered last, once the call is written down: without a database it could say nothing, and a
    caller without SELFSERVICE is taken to a person, as is who is spared the menu.
    """
    begun = _beginning(line, now())
    written = house.beginnings.add(begun)
    received = receive(house.rules.now, caller=begun.caller, dialled=begun.dialled, at=begun.at)
    line.set("STAFFED", _yes(received.staffed))
    for name, value in _met(received, machine=_counted(house, begun)):
        line.set(name, value)
    line.until(written, _WRITTEN_WITHIN)
    for name, value in _menu(house, received):
        line.set(name, value)
    if not received.spared:
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
    if received.rank:
        yield "QUEUE_PRIO", str(received.rank.value)


def _menu(house: House, received: Reception) -> Iterator[tuple[str, str]]:
    """The office's menu, if there is one and all of it has a sound: else the exchange's own is heard."""
    spoken = house.rules.now.menu
    if spoken is None or received.spared:
        return
    items = offered(spoken.menu, self_service=received.self_service)
    paths = [str(house.settings.sounds / name) for name in spoken.of(items)]
    if all(Path(path + ".alaw").exists() for path in paths):
        yield "MENU", "&".join(("hotline/greeting", *paths))
        yield "MENU_WAYS", ways(items)


def _sounds(prompts: Prompts) -> str:
    return "&".join(f"hotline/{name}" for name in prompts)


def _yes(so: bool) -> str:
    return "yes" if so else "no"
