"""A caller dictates: one recording at a time, measured at once."""

from pathlib import Path
from typing import Final

from agi.line import Line
from agi.voice import GRACE, Voice
from recordings.sounding import Sounding, sounding

END: Final = "#"
PERSON: Final = "0"
FULL: Final = "TIMEOUT"  # how the exchange calls the end of a recording that became too long
TO_OPERATOR: Final = "OPERATOR"  # and of one that he ended by 0


class PersonWanted(Exception):
    """He pressed 0 while somebody takes calls."""


class Dictation:
    """What one caller dictates. A hang-up raises HungUp, and what he said until then is kept. `staffed`: 0 while he is
    recorded raises PersonWanted."""

    def __init__(self, voice: Voice, *, staffed: bool = False) -> None:
        self._voice, self._options, self._stops = voice, *(("kqo", END + PERSON) if staffed else ("kq", END))
        self._line: Line = voice.line

    def take(self, path: Path, *, silence: int, seconds: int) -> Sounding:
        """Record after the tone until `#`, silence, or the longest time (both seconds); nothing said leaves no file."""
        self._voice.say("hotline/tone")
        ended = self._record(path, silence, seconds)
        if ended == TO_OPERATOR:
            raise PersonWanted
        heard = sounding(path)
        if heard.empty:
            path.unlink(missing_ok=True)
        elif ended == FULL and self._voice.say("hotline/question_full", interrupt=self._stops) == PERSON:
            raise PersonWanted
        return heard

    def _record(self, path: Path, silence: int, seconds: int) -> str:
        """By the exchange's application, not the command of FastAGI: it sends silence to him meanwhile."""
        self._line.guard(seconds + silence + GRACE)
        self._line.run("Record", path, silence, seconds, self._options, within=seconds + silence + 2 * GRACE)
        self._line.send_silence()
        self._voice.say()  # nothing: the guard is set anew
        return self._line.get("RECORD_STATUS")
