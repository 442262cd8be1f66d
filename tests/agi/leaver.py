"""A caller who goes at the n-th command of a script, and what the exchange then does to it."""

import random
from dataclasses import dataclass, field

from tests.agi.caller import Caller
from tests.agi.speaker import Speaker

ENDLESS = 10**6
DEAD = "511 Command Not Permitted on a dead channel or intercept routine\n"
HANGS_UP = ("hangs up", "is dead", "is cut off", "falls silent")


@dataclass
class Leaver(Caller):
    """`at`: the command at which he goes; `how`: one of HANGS_UP. With a seed he presses whatever comes to his mind."""

    at: int = ENDLESS
    how: str = HANGS_UP[0]
    seed: int | None = None
    commands: int = 0
    _mind: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._mind.seed(self.seed)

    @property
    def gone(self) -> bool:
        return self.how == "is cut off" and self.commands >= self.at

    def _answer(self, words: list[str]) -> str:
        self.commands += 1
        if self.commands < self.at:
            return super()._answer(words)
        match self.how:
            case "hangs up" if self.commands == self.at:
                return "HANGUP\n200 result=-1 endpos=0\n"
            case "hangs up" | "is dead":
                return DEAD
        return ""

    def _play(self, name: str, escapes: str) -> str:
        told = super()._play(name, escapes)
        if self.seed is None or not escapes or not told.startswith("200 result=0") or self._mind.random() < 0.6:
            return told
        return f"200 result={ord(self._mind.choice(escapes))} endpos=800\n"


@dataclass
class SpeakingLeaver(Leaver, Speaker):
    """The same, of somebody who says what he wants to know."""
