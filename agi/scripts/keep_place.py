"""Who waits for a person keeps his place, and may hang up: it is written down before he hears of it."""

from agi.house import House, Next
from agi.line import Line
from agi.voice import Voice
from dispatch.callbacks import places
from hotline.times import now


def run(line: Line, house: House) -> None:
    """Keep the place; POSITION is where he goes on waiting when it can't be kept."""
    call_id, rank, skill, *_ = (*line.environment.arguments, "", "", "")
    with house.database.writing() as session:
        kept = places.keep(session, call_id, rank=int(rank) if rank.isdecimal() else 0, skill=skill, at=now())
        position = places.position(session, call_id)
    if kept is None:
        line.set("POSITION", position)
        Voice(line, house).say("hotline/place_unseen")
        return
    line.set("NEXT", Next.GOODBYE)
    Voice(line, house).say("hotline/place_kept")
