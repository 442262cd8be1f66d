"""It is the turn of who kept his place: he hears who rings, and presses a key before an operator is taken."""

from agi.house import House, Next
from agi.line import Line
from agi.talk import PERSON
from agi.voice import Voice
from dispatch.callbacks import callbacks, places
from dispatch.callbacks.callbacks import Attempt
from dispatch.calls.endings import end_attempt
from hotline.times import now

COMES, REFUSES = "1", "2"


def run(line: Line, house: House) -> None:
    """A machine that answers presses nothing, and takes no operator."""
    call_id, attempt_id, *_ = (*line.environment.arguments, "", "")
    with house.database.reading() as session:
        place = places.of_attempt(session, attempt_id)
        position = places.position(session, call_id, kept=place) if place else 0
    if place is None:
        line.set("NEXT", Next.GOODBYE)
        return
    key = Voice(line, house).ask("hotline/place_hello", timeout=house.settings.callback_key_seconds, alone="")
    if key in {COMES, PERSON}:
        line.set("POSITION", position)
        line.set("NEXT", Next.PEOPLE)
        return
    _settled(house, attempt_id, callbacks.REFUSED if key == REFUSES else "unconfirmed")
    line.set("NEXT", Next.GOODBYE)


def _settled(house: House, attempt_id: str, outcome: str) -> None:
    with house.database.writing() as session:
        attempt = session.get_one(Attempt, attempt_id)
        end_attempt(session, attempt, outcome=outcome, settings=house.settings, at=now())
