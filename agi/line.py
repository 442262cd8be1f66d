"""The line to one caller: the verbs that our scripts speak."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeVar

from agi.commands import LONGEST_SOUND, Commands
from agi.errors import BadCommand, HungUp

T = TypeVar("T")
ALL_KEYS: Final = "0123456789*#"
LONGEST_SILENCE: Final = 10  # seconds of the longest silent sound
LONGEST_APPLICATION: Final = 3600.0
_BELATED: Final = 2.0  # seconds after a full entry in which its finishing key is still pressed


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a recording ended (`dtmf`, `timeout`, `hangup`, …), by which key, and how many samples it has."""

    ended_by: str
    key: str
    samples: int


class Line(Commands):
    """One call as a script has it: what the caller hears and presses, and the dialplan's side."""

    before_sound: Callable[[str], None] | None = None  # told each sound's name before it is played
    _full = ("", 0.0)  # the key that may still finish a full entry, and until when

    # -- speaking and listening ------------------------------------------------------------------------------
    def answer(self) -> None:
        """Take the call."""
        if self.command("ANSWER").failed:
            raise HungUp("the call could not be answered")

    def stream(self, name: str, escape_digits: str = "") -> str:
        """Play a sound; the key of `escape_digits` that stopped it, or an empty text."""
        if self.before_sound is not None:
            self.before_sound(name)
        reply = self.command("STREAM FILE", name, escape_digits, within=LONGEST_SOUND)
        return self._key(reply, f"the sound {name!r} could not be played")

    def play(self, names: Sequence[str], interrupt: str = "") -> str:
        """Play sounds one after the other; stops at a key of `interrupt` and returns it."""
        for name in names:
            while key := self.stream(name, interrupt):
                if not self._is_belated(key):
                    return key
        return ""

    def _is_belated(self, key: str) -> bool:
        """Whether the key finishes an entry that was full before it came: it answers nothing, its sound begins anew."""
        finish, until = self._full
        self._full = ("", 0.0)
        return key in finish and monotonic() < until

    def ask(
        self,
        prompts: Sequence[str],
        *,
        digits: int = 1,
        timeout: float = 4.0,
        finish: str = "#",
        alone: str = "",
        pause: Callable[[str], float] | None = None,
    ) -> str:
        """Play prompts and collect up to `digits` keys, also those pressed while they play.

        `timeout` seconds may pass before each key; `pause` tells them by what was keyed until then. With several digits
        `finish` ends the entry and isn't part of it; with one digit the key itself is returned, `finish` too. A key of
        `alone` pressed first ends the entry at once (0 for a person). Empty text: nothing was pressed.
        """
        keyed = self._first_key(prompts, timeout)
        if not keyed or digits == 1 or keyed in alone:
            return keyed
        while not keyed.endswith(tuple(finish)) and len(keyed) < digits:
            key = self.listen(pause(keyed) if pause else timeout)
            if not key:
                return keyed
            keyed += key
        self._full = (finish if len(keyed) == digits else "", monotonic() + _BELATED)
        return keyed.rstrip(finish) if finish else keyed

    def rest(self, *, digits: int, timeout: float, finish: str = "#") -> str:
        """Keys that go on after an entry was full, so that they answer nothing else: up to `digits` of them, until
        `finish`, or until `timeout` seconds pass without one."""
        keyed = ""
        while len(keyed) < digits and (key := self.listen(timeout)) not in {"", *finish}:
            keyed += key
        return keyed

    def _first_key(self, prompts: Sequence[str], timeout: float) -> str:
        return self.play(prompts, ALL_KEYS) or self.listen(timeout)

    def listen(self, timeout: float) -> str:
        """The key pressed within `timeout` seconds, or an empty text.

        Silence is played meanwhile: the recording stands still while neither side sends anything, and a caller
        whose telephone sends nothing when he is silent would have a recording shorter than his call."""
        left = max(1, round(timeout))
        while left > 0:
            stretch = min(left, LONGEST_SILENCE)
            if key := self.stream(f"silence/{stretch}", ALL_KEYS):
                return key
            left -= stretch
        return ""

    def send_silence(self) -> None:
        """Silence goes out from now until the next sound: the recording stands still while neither side sends."""
        self.run("PlayTones", 0, within=self._answer_within)  # it begins and is done

    def record(
        self,
        path: str,
        *,
        limit: float,
        kind: str = "wav",
        stop: str = "#",
        silence: float = 0.0,
        beep: bool = False,
    ) -> Recorded:
        """Record what he says for at most `limit` seconds; a hang-up ends it and is told, not raised."""
        options = [word for word, wanted in (("BEEP", beep), (f"s={int(silence)}", silence)) if wanted]
        within = limit + silence + self._answer_within
        reply = self.command("RECORD FILE", path, kind, stop, int(limit * 1000), *options, within=within)
        return Recorded(reply.value, reply.key, reply.endpos or 0)

    def until(self, done: "Future[T]", seconds: float) -> T:
        """What others do for us, once it is done; raises its fault, or TimeoutError after `seconds`."""
        if done.done():
            return done.result()
        return self._wire.elsewhere(lambda: done.result(seconds))

    # -- the dialplan's side ---------------------------------------------------------------------------------
    def set(self, variable: str, value: object) -> None:
        """Set a channel variable or function; works on a dead channel too."""
        self.command("SET VARIABLE", variable, str(value))

    def get(self, variable: str) -> str:
        """A channel variable or function, empty when it isn't set; any text may be its value."""
        return self.command("GET VARIABLE", variable).value

    def guard(self, seconds: float) -> None:
        """Re-arm the exchange's own limit: after `seconds` it takes the call away from us to a person."""
        self.set("TIMEOUT(absolute)", max(1.0, round(seconds, 1)))

    def run(self, application: str, *arguments: object, within: float = LONGEST_APPLICATION) -> str:
        """Run a dialplan application and return its result; BadCommand when there is none of that name."""
        reply = self.command("EXEC", application, ",".join(map(str, arguments)), within=within)
        if reply.result == "-2":
            raise BadCommand(f"the exchange has no application {application!r}")
        if reply.failed:
            raise self._why(f"the application {application!r} failed")
        return reply.result
