"""After the operator: how satisfied is the caller?"""

from agi.house import House, Next
from agi.line import Line
from agi.voice import Voice
from dispatch import calls
from dispatch.calls import Step
from hotline.times import now

GRADES = "12345"


def run(line: Line, house: House) -> None:
    """One question, one key; silence is no answer."""
    key = Voice(line, house).ask("hotline/survey_question", timeout=5.0)
    if key and key in GRADES:
        with house.database.writing() as session:
            calls.note(session, line.environment.arguments[0], Step.RATED, at=now(), of="operator", grade=int(key))
    line.set("NEXT", Next.GOODBYE)
