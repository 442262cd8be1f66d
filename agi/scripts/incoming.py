"""A call comes in: note it, and tell the dialplan which ways are open. Asked while it still rings."""

from datetime import datetime
from functools import cache
from typing import Final

from agi.house import House
from agi.line import Line
from dispatch.beginnings import Beginning
from hotline.calendar.hours import read_hours
from hotline.times import now

_WRITTEN_WITHIN: Final = 2.5  # seconds, below the exchange's own limit; then he goes on to a person
_hours = cache(read_hours)


def run(line: Line, house: House) -> None:
    """Begin the call; STAFFED and SELFSERVICE say what the menu may offer.

    The machine is offered last, once the call is written down: without a database it could say nothing, and a
    caller without SELFSERVICE is taken to a person.
    """
    at = now()
    written = house.beginnings.add(_beginning(line, at))
    line.set("STAFFED", "yes" if _hours(house.settings.staffed_hours).holds(at) else "no")
    line.until(written, _WRITTEN_WITHIN)
    line.set("SELFSERVICE", "yes" if house.settings.self_service else "no")


def _beginning(line: Line, at: datetime) -> Beginning:
    call_id, caller, dialled, *_ = (*line.environment.arguments, "", "", "")
    return Beginning(call_id, caller, dialled, line.environment.uniqueid, at)
