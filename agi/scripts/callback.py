"""A call-back: who picks up confirms himself, hears the reply, and says how satisfied he is."""

from sqlalchemy.orm import Session

from agi.again import Heard
from agi.house import House, Next
from agi.line import Line
from agi.scripts import survey
from agi.talk import PERSON
from agi.voice import NotSpoken, Voice
from dispatch.answering.decision import Channel
from dispatch.callbacks import contacting, corrections
from dispatch.callbacks.callbacks import TOLD, WRONG_PERSON, Attempt, Callback
from dispatch.calls.endings import end_attempt
from dispatch.tickets.tickets import Ticket
from hotline.settings import Settings
from hotline.times import now

CONFIRMED = "1"
NOT_HE = {"2": "absent", "3": WRONG_PERSON}
GRADES = "12345"


def run(line: Line, house: House) -> None:
    """Nothing private is said before the person has pressed 1."""
    call_id, _callback, attempt_id, *_ = (*line.environment.arguments, "", "", "")
    if (owed := _runs(house, attempt_id)) is None:
        return
    if owed.survey_of:
        survey.again(line, house, attempt_id)
        return
    voice = Voice(line, house)
    key = who(voice, house.settings)
    if key not in {CONFIRMED, PERSON}:
        _settled(house, attempt_id, outcome=NOT_HE.get(key, "unconfirmed"))
        line.set("NEXT", Next.GOODBYE)
        return
    line.set("NEXT", Next.PEOPLE)  # wherever we break now: it is he, and no machine
    if key == PERSON:
        broken_off(house, attempt_id)
        return
    try:
        line.set("NEXT", tell(voice, house, call_id, attempt_id))
    except NotSpoken:
        broken_off(house, attempt_id)


def who(voice: Voice, settings: Settings, *, hello: str = "hotline/callback_hello") -> str:
    """The key by which who picked up says whether it is he, or 0 for a person; empty for a machine, which presses none.
    Asked more than once: who picks up says something himself first; a machine that talks over all of it is hung up on.
    """
    for _ in range(settings.callback_hellos):
        key = voice.ask(hello, timeout=settings.callback_key_seconds, alone="")
        if key in {CONFIRMED, PERSON, *NOT_HE}:
            return key
    return ""


def tell(voice: Voice, house: House, call_id: str, attempt_id: str, *, leave: str = "") -> Next:
    """The reply to its end, how satisfied he is and whether it is solved; 0 leads to a person then, and a key of
    `leave` in the midst of it. NotSpoken where a sentence of it never came."""
    with house.database.reading() as session:
        ticket = _ticket(session, attempt_id)
        reply = corrections.spoken_words(session, ticket, settings=house.settings, at=now())
        answered = contacting.answered(session, ticket) is not None
    heard = Heard(voice, reply.text, interrupt=leave, holds=lambda: _holds(house, attempt_id, reply.text))
    if _left(voice, heard, leave, answered=answered):
        broken_off(house, attempt_id)
        return Next.PEOPLE
    with house.database.writing() as session:
        ticket = _ticket(session, attempt_id)
        corrections.tell(session, call_id, ticket, reply, channel=Channel.MACHINE, at=now())
    key = heard.ask("hotline/callback_satisfied", timeout=house.settings.callback_key_seconds, alone="")
    grade = int(key) if key and key in GRADES else None
    _settled(house, attempt_id, outcome=TOLD, grade=grade)
    leaves = key == PERSON or (grade is not None and survey.solved(voice, house, attempt_id) == PERSON)
    return Next.PEOPLE if leaves else Next.GOODBYE


def _holds(house: House, attempt_id: str, text: str) -> bool:
    """Whether a reply that is to be heard again may still be said so."""
    with house.database.reading() as session:
        ticket = _ticket(session, attempt_id)
        return corrections.spoken_words(session, ticket, settings=house.settings, at=now()).text == text


def _left(voice: Voice, heard: Heard, leave: str, *, answered: bool) -> str:
    """Say the reply; what the department has told him itself he only confirms, and hears by the key for it. The key by
    which he left."""
    if answered:
        return voice.say("hotline/callback_answered", interrupt=leave)
    return voice.say("hotline/callback_answer_is", interrupt=leave) or heard.say()


def _runs(house: House, attempt_id: str) -> Callback | None:
    """What is owed, while this attempt at it isn't over."""
    with house.database.reading() as session:
        attempt = session.get(Attempt, attempt_id)
        return session.get(Callback, attempt.callback_id) if attempt is not None and not attempt.outcome else None


def _ticket(session: Session, attempt_id: str) -> Ticket:
    return session.get_one(Callback, session.get_one(Attempt, attempt_id).callback_id).replied


def broken_off(house: House, attempt_id: str) -> None:
    """It could not be told to its end, and is owed again."""
    _settled(house, attempt_id, outcome="broken_off")


def _settled(house: House, attempt_id: str, *, outcome: str, grade: int | None = None) -> None:
    with house.database.writing() as session:
        attempt = session.get_one(Attempt, attempt_id)
        end_attempt(session, attempt, outcome=outcome, grade=grade, settings=house.settings, at=now())
