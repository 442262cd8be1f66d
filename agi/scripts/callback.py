"""A call-back: who picks up confirms himself, hears the reply, and says how satisfied he is."""

from dataclasses import dataclass

from agi.house import House, Next
from agi.line import Line
from agi.voice import NotSpoken, Voice
from dispatch import calls
from dispatch.callbacks import TOLD, Attempt, Callback
from dispatch.calls import Step
from dispatch.endings import end_attempt
from hotline.times import now

CONFIRMED = "1"
GRADES = "12345"


@dataclass(frozen=True)
class Reply:
    """What is to be told, to the caller of which ticket."""

    ticket_id: int
    text: str


def run(line: Line, house: House) -> None:
    """Nothing private is said before the person has pressed 1."""
    call_id, _callback, attempt_id, *_ = (*line.environment.arguments, "", "", "")
    voice = Voice(line, house)
    reply = _reply(house, attempt_id)
    if reply is None:
        return
    if voice.ask("hotline/callback_hello", timeout=6.0, alone="") != CONFIRMED:
        _settled(house, attempt_id, outcome="unconfirmed")
        line.set("NEXT", Next.GOODBYE)
        return
    try:
        _tell(voice, house, call_id, attempt_id, reply)
        line.set("NEXT", Next.GOODBYE)
    except NotSpoken:
        _settled(house, attempt_id, outcome="broken_off")
        line.set("NEXT", Next.PEOPLE)


def _reply(house: House, attempt_id: str) -> Reply | None:
    with house.database.reading() as session:
        attempt = session.get(Attempt, attempt_id)
        if attempt is None or attempt.outcome:
            return None
        ticket = session.get_one(Callback, attempt.callback_id).ticket
        return Reply(ticket.id, ticket.reply)


def _tell(voice: Voice, house: House, call_id: str, attempt_id: str, reply: Reply) -> None:
    voice.say("hotline/callback_answer_is")
    voice.speak(reply.text)
    with house.database.writing() as session:
        calls.note(session, call_id, Step.TOLD, at=now(), ticket=reply.ticket_id, by="machine", heard="whole")
    key = voice.ask("hotline/callback_satisfied", timeout=6.0, alone="")
    _settled(house, attempt_id, outcome=TOLD, grade=int(key) if key and key in GRADES else None)
    voice.say("hotline/callback_thanks")


def _settled(house: House, attempt_id: str, *, outcome: str, grade: int | None = None) -> None:
    with house.database.writing() as session:
        attempt = session.get_one(Attempt, attempt_id)
        end_attempt(session, attempt, outcome=outcome, grade=grade, settings=house.settings, at=now())
