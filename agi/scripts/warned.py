"""The machine warns a caller who rings as nobody should; only who heard it to its end counts as warned."""

from agi.house import House
from agi.line import Line
from agi.voice import Voice
from dispatch.line import barring
from hotline.phones import normalise
from hotline.times import now


def run(line: Line, house: House) -> None:
    """Say it and write down that it was heard; the dialplan goes on with him."""
    Voice(line, house).say("hotline/warned")
    with house.database.writing() as session:
        barring.told(session, normalise(line.environment.arguments[1]), at=now())
