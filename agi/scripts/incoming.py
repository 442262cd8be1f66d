"""A call comes in: note it, and tell the dialplan which ways are open. Asked while it still rings."""

from agi.house import House
from agi.line import Line
from dispatch import calls
from hotline.calendar.hours import read_hours
from hotline.times import now
from recordings import recordings
from recordings.recordings import Kind


def run(line: Line, house: House) -> None:
    """Begin the call; SELFSERVICE and STAFFED say what the menu may offer."""
    call_id, caller, dialled, *_ = (*line.environment.arguments, "", "", "")
    settings, at = house.settings, now()
    with house.database.writing() as session:
        calls.begin(
            session,
            call_id,
            caller=caller,
            dialled=dialled,
            node=settings.exchange_node,
            uniqueid=line.environment.uniqueid,
            at=at,
        )
        recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=at)
    line.set("SELFSERVICE", "yes" if settings.self_service else "no")
    line.set("STAFFED", "yes" if read_hours(settings.staffed_hours).holds(at) else "no")
