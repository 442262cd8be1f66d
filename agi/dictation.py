"""A caller dictates: one recording at a time, measured at once."""

from pathlib import Path
from typing import Final

from agi.line import Line
from agi.voice import GRACE, Voice
from recordings.sounding import Sounding, sounding

END: Final = "#"
FULL: Final = "TIMEOUT"  # how the exchange calls the end of a recording that became too long


class Dictation:
    """What one caller dictates. A hang-up raises HungUp, and what he said until then is kept."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._line: Line = voice.line

    def take(self, path: Path, *, silence: int, seconds: int) -> Sounding:
        """Record after the tone until `#`, silence, or the longest time (both seconds); nothing said leaves no file."""
        self._voice.say("hotline/tone")
        ended = self._record(path, silence, seconds)
        heard = sounding(path)
        if heard.empty:
            path.unlink(missing_ok=True)
        elif ended == FULL:
            self._voice.say("hotline/question_full", interrupt=END)
        return heard

    def _record(self, path: Path, silence: int, seconds: int) -> str:
        """By the exchange's application, not the command of FastAGI: it sends silence to him meanwhile."""
        self._line.guard(seconds + silence + GRACE)
        self._line.run("Record", path, silence, seconds, "kq", within=seconds + silence + 2 * GRACE)
        self._voice.say()  # nothing: the guard is set anew
        return self._line.get("RECORD_STATUS")
