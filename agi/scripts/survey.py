"""How satisfied is the caller, with operator and department apart? After the talk, or rung by us when cut off."""

from typing import Final

from agi.house import House, Next
from agi.line import Line
from agi.talk import PERSON
from agi.voice import Voice
from dispatch.callbacks import surveys
from dispatch.callbacks.callbacks import REFUSED, TOLD, Attempt, Callback
from dispatch.calls import calls
from dispatch.calls.calls import Step
from dispatch.calls.endings import end_attempt
from dispatch.tickets import handings
from hotline.times import now

GRADES: Final = "12345"
HE, REFUSES = "1", "2"
SOLVED: Final = {"1": True, "2": False}
QUESTIONS: Final = {"operator": "hotline/survey_question", "department": "hotline/survey_department"}


def run(line: Line, house: House) -> None:
    """One question, one key, and one more for who spoke with a department; silence is no answer, 0 a person again."""
    _, leads = _asked(Voice(line, house), house, line.environment.arguments[0])
    line.set("NEXT", leads)


def again(line: Line, house: House, attempt_id: str) -> None:
    """Who was cut off is rung: nothing is said of what he rang for, and nothing asked before he has pressed the key."""
    voice = Voice(line, house)
    key = voice.ask("hotline/survey_hello", timeout=house.settings.callback_key_seconds, alone="")
    leads = Next.PEOPLE if key == PERSON else Next.GOODBYE
    if key != HE:
        _settled(house, attempt_id, outcome=REFUSED if key == REFUSES else "unconfirmed")
    elif _of_reply(house, attempt_id):
        grade = _grade(voice.ask("hotline/callback_satisfied", timeout=5.0))
        _settled(house, attempt_id, outcome=TOLD if grade else "unconfirmed", grade=grade)
        if grade:
            solved(voice, house, attempt_id)
    else:
        rated, leads = _asked(voice, house, *_calls(house, attempt_id))
        _settled(house, attempt_id, outcome=TOLD if rated else "unconfirmed")
    line.set("NEXT", leads)


def solved(voice: Voice, house: House, attempt_id: str) -> str:
    """Ask whether it is solved; his grade of the reply is kept by now, should he hang up."""
    key = voice.ask("hotline/callback_solved", timeout=house.settings.callback_key_seconds)
    if key in SOLVED:
        with house.database.writing() as session:
            attempt = session.get_one(Attempt, attempt_id)
            ticket = session.get_one(Callback, attempt.callback_id).replied
            handings.note_solved(session, ticket, SOLVED[key], at=now())
    return key


def _asked(voice: Voice, house: House, call_id: str, by: str = "") -> tuple[bool, Next]:
    """Ask for the grades of a call, and note each at once; whether there was any, and where he goes then."""
    with house.database.reading() as session:
        spoke = surveys.department_spoke(session, call_id)
    rated = False
    for of, question in QUESTIONS.items() if spoke else [*QUESTIONS.items()][:1]:
        key = voice.ask(question, timeout=5.0)
        if key == PERSON:
            return rated, Next.OPERATOR
        if (grade := _grade(key)) is not None:
            _noted(house, call_id, of, grade, by)
            rated = True
    return rated, Next.GOODBYE


def _grade(key: str) -> int | None:
    return int(key) if key and key in GRADES else None


def _noted(house: House, call_id: str, of: str, grade: int, by: str) -> None:
    """`by`: the call of ours in which he said it; there it is noted that he did, once."""
    with house.database.writing() as session:
        calls.note(session, call_id, Step.RATED, at=now(), of=of, grade=grade, **({"by": by} if by else {}))
        if by:
            calls.note(session, by, Step.RATED, at=now(), of=of, call=call_id)


def _of_reply(house: House, attempt_id: str) -> bool:
    with house.database.reading() as session:
        return session.get_one(Callback, session.get_one(Attempt, attempt_id).callback_id).ticket_id is not None


def _calls(house: House, attempt_id: str) -> tuple[str, str]:
    """The call that was cut off, and ours."""
    with house.database.reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        return session.get_one(Callback, attempt.callback_id).survey_of or "", attempt.call_id


def _settled(house: House, attempt_id: str, *, outcome: str, grade: int | None = None) -> None:
    with house.database.writing() as session:
        attempt = session.get_one(Attempt, attempt_id)
        end_attempt(session, attempt, outcome=outcome, grade=grade, settings=house.settings, at=now())
