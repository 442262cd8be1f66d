"""A liaison picks up: a key lets him in, he hears what it is about, and joins the caller; a mailbox presses no key."""

from contextlib import suppress

from agi.house import House
from agi.line import Line
from agi.voice import NotSpoken, Voice
from dispatch.transfers import transfers
from hotline.times import now

TAKES, WRONG = "1", "2"
ROOM, NOBODY = "room", "goodbye"


def run(line: Line, house: House) -> None:
    """NEXT is `room` for who takes the call and is still waited for."""
    _call_id, attempt_id, *_ = (*line.environment.arguments, "", "")
    line.set("NEXT", _greeted(Voice(line, house), house, attempt_id))


def _greeted(voice: Voice, house: House, attempt_id: str) -> str:
    if _words(house, attempt_id) is None:
        return _too_late(voice)
    key = voice.ask("hotline/liaison_hello", timeout=6.0, alone="")
    if key == WRONG:
        _declined(house, attempt_id)
    if key != TAKES:
        return NOBODY
    words = _words(house, attempt_id)
    return _too_late(voice) if words is None else _whispered(voice, words)


def _whispered(voice: Voice, words: str) -> str:
    """What it is about, for his ears alone; a sentence that isn't spoken in time holds nobody up."""
    with suppress(NotSpoken):
        voice.speak(words)
    voice.say("hotline/liaison_join")
    return ROOM


def _too_late(voice: Voice) -> str:
    voice.say("hotline/liaison_gone")
    return NOBODY


def _words(house: House, attempt_id: str) -> str | None:
    """What he is to hear, while his caller still waits for him."""
    with house.database.reading() as session:
        attempt = transfers.still_wanted(session, attempt_id)
        return attempt.transfer.words if attempt else None


def _declined(house: House, attempt_id: str) -> None:
    with house.database.writing() as session:
        attempt = transfers.still_wanted(session, attempt_id)
        if attempt is not None:
            transfers.decline(session, attempt, at=now())
