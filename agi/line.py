"""The line to one caller: the verbs that our scripts speak."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeVar

from agi.commands import LONGEST_SOUND, Commands
from agi.errors import BadCommand, HungUp, SoundMissing

T = TypeVar("T")
ALL_KEYS: Final = "0123456789*#"
_LONGEST_SILENCE: Final = 10  # seconds of the longest silent sound
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

    # Told what the exchange does next by itself: the sounds that it plays, and the seconds that it waits for a key.
    before: Callable[[Sequence[str], float], None] | None = None
    _full = ("", 0.0)  # the key that may still finish a full entry, and until when

    # -- speaking and listening ------------------------------------------------------------------------------
    def answer(self) -> None:
        """Take the call."""
        if self.command("ANSWER").failed:
            raise HungUp("the call could not be answered")

    def stream(self, name: str, escape_digits: str = "") -> str:
        """Play a sound; the key of `escape_digits` that stopped it, or an empty text."""
        self._announce([name])
        reply = self.command("STREAM FILE", name, escape_digits, within=LONGEST_SOUND)
        key = self._key(reply, f"the sound {name!r} could not be played")
        self.send_silence()
        return key

    def play(self, names: Sequence[str], interrupt: str = "") -> str:
        """Play sounds one after the other; stops at a key of `interrupt` and returns it."""
        if interrupt == ALL_KEYS and len(names) > 1:
            return self._play_in_one(names)
        for name in names:
            while key := self.stream(name, interrupt):
                if not self._is_belated(key):
                    return key
        return ""

    def _play_in_one(self, names: Sequence[str]) -> str:
        """Sounds that any key stops, handed to the exchange together: between two that it is told one by one nothing
        is sent while it waits for us, and the recording stands still."""
        while True:
            self._announce(names)
            reply = self.command("EXEC", "Background", f"{'&'.join(names)},n", within=LONGEST_SOUND)
            key = self._key(reply, f"the sounds {names!r} could not be played")
            self.send_silence()
            if not key:
                if self.get("BACKGROUNDSTATUS") == "FAILED":
                    raise SoundMissing(f"one of the sounds {names!r} could not be played")
                return ""
            if key in ALL_KEYS and not self._is_belated(key):
                return key

    def _announce(self, names: Sequence[str] = (), seconds: float = 0.0) -> None:
        if self.before is not None:
            self.before(names, seconds)

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
        keyed = self.play(prompts, ALL_KEYS) or self.listen(timeout)
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

    def listen(self, timeout: float) -> str:
        """The key pressed within `timeout` seconds, or an empty text. He hears the silence that is sent already."""
        self._announce(seconds=timeout)
        ends = monotonic() + timeout
        while (left := ends - monotonic()) > 0:
            reply = self.command("WAIT FOR DIGIT", max(1, round(left * 1000)), within=left + self._answer_within)
            key = self._key(reply, "no key could be waited for")
            if not key or (key in ALL_KEYS and not self._is_belated(key)):
                return key
        return ""

    def send_silence(self) -> None:
        """Silence goes out from now until the next sound: the recording stands still while neither side sends anything,
        and a caller whose telephone sends nothing when he is silent would have a recording shorter than his call."""
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


def silence(seconds: float) -> list[str]:
    """Silent sounds of that length, a second at least."""
    whole, rest = divmod(max(1, round(seconds)), _LONGEST_SILENCE)
    return [f"silence/{_LONGEST_SILENCE}"] * whole + ([f"silence/{rest}"] if rest else [])
