"""A call-back: who picks up confirms himself, hears the reply, and says how satisfied he is."""

from sqlalchemy.orm import Session

from agi.again import Heard
from agi.house import House, Next
from agi.line import Line
from agi.voice import NotSpoken, Voice
from dispatch import corrections
from dispatch.callbacks import TOLD, Attempt, Callback
from dispatch.decision import Channel
from dispatch.endings import end_attempt
from dispatch.tickets import Ticket
from hotline.times import now

CONFIRMED = "1"
GRADES = "12345"


def run(line: Line, house: House) -> None:
    """Nothing private is said before the person has pressed 1."""
    call_id, _callback, attempt_id, *_ = (*line.environment.arguments, "", "", "")
    voice = Voice(line, house)
    if not _runs(house, attempt_id):
        return
    if voice.ask("hotline/callback_hello", timeout=6.0, alone="") != CONFIRMED:
        _settled(house, attempt_id, outcome="unconfirmed")
        line.set("NEXT", Next.GOODBYE)
        return
    try:
        _tell(voice, house, call_id, attempt_id)
        line.set("NEXT", Next.GOODBYE)
    except NotSpoken:
        _settled(house, attempt_id, outcome="broken_off")
        line.set("NEXT", Next.PEOPLE)


def _tell(voice: Voice, house: House, call_id: str, attempt_id: str) -> None:
    with house.database.reading() as session:
        reply = corrections.spoken_words(session, _ticket(session, attempt_id), settings=house.settings, at=now())
    voice.say("hotline/callback_answer_is")
    heard = Heard(voice, reply.text)
    heard.say()
    with house.database.writing() as session:
        ticket = _ticket(session, attempt_id)
        corrections.tell(session, call_id, ticket, reply, channel=Channel.MACHINE, at=now())
    key = heard.ask("hotline/callback_satisfied", timeout=6.0, alone="")
    _settled(house, attempt_id, outcome=TOLD, grade=int(key) if key and key in GRADES else None)
    voice.say("hotline/callback_thanks")


def _runs(house: House, attempt_id: str) -> bool:
    with house.database.reading() as session:
        attempt = session.get(Attempt, attempt_id)
        return attempt is not None and not attempt.outcome


def _ticket(session: Session, attempt_id: str) -> Ticket:
    return session.get_one(Callback, session.get_one(Attempt, attempt_id).callback_id).replied


def _settled(house: House, attempt_id: str, *, outcome: str, grade: int | None = None) -> None:
    with house.database.writing() as session:
        attempt = session.get_one(Attempt, attempt_id)
        end_attempt(session, attempt, outcome=outcome, grade=grade, settings=house.settings, at=now())
