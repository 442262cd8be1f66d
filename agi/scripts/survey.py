"""How satisfied is the caller, with operator and department apart? After the talk, or rung by us when cut off."""

from typing import Final

from agi.house import House, Next
from agi.line import Line
from agi.voice import Voice
from dispatch import calls, surveys
from dispatch.callbacks import REFUSED, TOLD, Attempt, Callback
from dispatch.calls import Step
from dispatch.endings import end_attempt
from hotline.times import now

GRADES: Final = "12345"
HE, REFUSES = "1", "2"


def run(line: Line, house: House) -> None:
    """One question, one key, and one more for who spoke with a department; silence is no answer."""
    _asked(Voice(line, house), house, line.environment.arguments[0])
    line.set("NEXT", Next.GOODBYE)


def again(line: Line, house: House, attempt_id: str) -> None:
    """Who was cut off is rung: nothing is said of what he rang for, and nothing asked before he has pressed the key."""
    voice = Voice(line, house)
    key = voice.ask("hotline/survey_hello", timeout=6.0, alone="")
    if key != HE:
        _settled(house, attempt_id, outcome=REFUSED if key == REFUSES else "unconfirmed")
    elif _of_reply(house, attempt_id):
        grade = _grade(voice, "hotline/callback_satisfied")
        _settled(house, attempt_id, outcome=TOLD if grade else "unconfirmed", grade=grade)
    else:
        rated = _asked(voice, house, *_calls(house, attempt_id))
        _settled(house, attempt_id, outcome=TOLD if rated else "unconfirmed")
    line.set("NEXT", Next.GOODBYE)


def _asked(voice: Voice, house: House, call_id: str, by: str = "") -> bool:
    """Ask for the grades of a call, and note each at once; whether there was any."""
    operator = _grade(voice, "hotline/survey_question")
    if operator:
        _noted(house, call_id, "operator", operator, by)
    with house.database.reading() as session:
        spoke = surveys.department_spoke(session, call_id)
    department = _grade(voice, "hotline/survey_department") if spoke else None
    if department:
        _noted(house, call_id, "department", department, by)
    return bool(operator or department)


def _grade(voice: Voice, question: str) -> int | None:
    key = voice.ask(question, timeout=5.0)
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
