"""Who would leave a question while he waited, and thinks better of it, waits on where he was."""

from agi.house import House
from agi.line import Line
from dispatch.callbacks import places


def run(line: Line, house: House) -> None:
    """POSITION is where he was; the dialplan has set it to the first, should we break."""
    with house.database.reading() as session:
        position = places.position(session, line.environment.arguments[0])
    line.set("POSITION", position)
