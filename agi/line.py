"""The line to one caller: pyst2's AGI over a socket, made safe, with the verbs our scripts speak."""

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeVar

from asterisk.agi import AGI

from agi.environment import Environment, read_variables
from agi.errors import BadCommand, DeadChannel, HungUp, LineLost, SoundMissing
from agi.quoting import command_line, quote
from agi.reply import Reply, goes_on, read_reply, split_code
from agi.switchboard import Switchboard
from agi.wire import LONGEST_LINE, Wire

T = TypeVar("T")
ALL_KEYS: Final = "0123456789*#"
LONGEST_SOUND: Final = 300.0
LONGEST_SILENCE: Final = 10  # seconds of the longest silent sound
LONGEST_APPLICATION: Final = 3600.0
_MOST_LINES: Final = 256
_AFTER_HANGUP: Final = 0.5
_BELATED: Final = 2.0  # seconds after a full entry in which its finishing key is still pressed


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a recording ended (`dtmf`, `timeout`, `hangup`, …), by which key, and how many samples it has."""

    ended_by: str
    key: str
    samples: int


@dataclass(frozen=True, slots=True)
class Collected:
    """Keys the exchange collected, and whether it stopped because no further key came."""

    digits: str
    timed_out: bool


class Line(AGI):  # type: ignore[misc]
    """One call. Every command goes through `command`; nothing a caller says or is called becomes one.

    Raises HungUp when he has gone, LineLost when the exchange can't be understood or doesn't answer in time.
    """

    def __init__(
        self,
        connection: socket.socket,
        board: Switchboard | None = None,
        *,
        environment_within: float = 2.0,
        answer_within: float = 5.0,
    ) -> None:
        # pyst2's own constructor would install a signal handler and print the caller's number to stderr.
        self._wire = Wire(connection, board)
        self._answer_within = answer_within
        self._got_sighup = False
        self.hung_up = False
        self.lost = False
        self._full = ("", 0.0)  # the key that may still finish a full entry, and until when
        self.before_sound: Callable[[str], None] | None = None  # told each sound's name before it is played
        self.env = read_variables(self._wire, environment_within)
        self.environment = Environment.of(self.env)

    # -- the one way to the exchange -------------------------------------------------------------------------
    def command(self, name: str, *arguments: object, within: float | None = None) -> Reply:
        """Send a command with quoted arguments and wait at most `within` seconds for its answer."""
        words = [str(word) if isinstance(word, int) else quote(word) for word in arguments]
        return self._exchange([name, *words], within)

    def execute(self, command: str, *args: object) -> dict[str, tuple[str, str]]:
        """pyst2's entry, through which its inherited verbs run; its shape, our safety. Use `command`."""
        reply = self._exchange([command.strip(), *map(str, args)], LONGEST_SOUND)
        if reply.failed:
            raise self._why(f"{command} failed")
        found = {"result": (reply.result, reply.value)}
        if reply.endpos is not None:
            found["endpos"] = (str(reply.endpos), "")
        return found

    def _quote(self, string: object) -> str:
        return quote(string)

    def _exchange(self, words: list[str], within: float | None) -> Reply:
        if self.lost:
            raise LineLost("the conversation with the exchange was broken off earlier")
        line = command_line(words)
        deadline = monotonic() + (self._answer_within if within is None else within)
        try:
            self._unread()
            self._wire.send(line)
            return self._answer(deadline)
        except LineLost:
            self.lost = True
            raise

    def _unread(self) -> None:
        """Between two commands only HANGUP may come: anything else would be taken for the next answer."""
        while self._wire.leftover():
            if self._wire.readline(monotonic() + _AFTER_HANGUP) != b"HANGUP":
                raise LineLost("the exchange said more than it was asked")
            self.hung_up = True

    def _answer(self, deadline: float) -> Reply:
        while True:
            code, mark, rest = split_code(self._told(deadline))
            if code == 100:
                continue
            if code == 200:
                return read_reply(code, self._whole(rest, deadline))
            if code == 520 and mark == "-":
                self._usage(deadline)
            raise self._refusal(code)

    def _told(self, deadline: float) -> str:
        line = self._wire.readline(deadline)
        if line == b"HANGUP":
            self.hung_up = True
            self._answer_of_the_dead()
        return line.decode("utf-8", "replace")

    def _answer_of_the_dead(self) -> None:
        """The interrupted command still gets its answer: take it off the line, or nothing fits any more."""
        try:
            self._answer(monotonic() + _AFTER_HANGUP)
        except LineLost:
            self.lost = True
        except BadCommand:
            pass
        raise HungUp("the caller has hung up")

    def _whole(self, rest: str, deadline: float) -> str:
        while goes_on(rest):
            rest += "\n" + self._told(deadline)
            if len(rest) > LONGEST_LINE:
                raise LineLost("the exchange sent a value without end")
        return rest

    def _usage(self, deadline: float) -> None:
        for _ in range(_MOST_LINES):
            if self._told(deadline).startswith("520"):
                return
        raise LineLost("the exchange explained a command without end")

    def _refusal(self, code: int) -> BadCommand | HungUp | LineLost:
        if code == 511:
            self.hung_up = True
            return DeadChannel("the call has ended, the exchange takes no such command any more")
        if code in {510, 520}:
            return BadCommand(f"the exchange does not understand the command ({code})")
        return LineLost(f"the exchange answered with an unknown code ({code})")

    def _why(self, what: str) -> HungUp | SoundMissing:
        """-1 means a hang-up or a failure: asking how the channel is tells them apart."""
        status = self.command("CHANNEL STATUS")
        if status.failed:
            return HungUp("the caller has hung up")
        return SoundMissing(what)

    def _key(self, reply: Reply, what: str) -> str:
        if reply.failed:
            raise self._why(what)
        return reply.key

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

    def wait_for_digit(self, timeout: float = 2000) -> str:
        """The key pressed within `timeout` milliseconds (pyst2's unit), or an empty text."""
        milliseconds = max(1, int(timeout))
        reply = self.command("WAIT FOR DIGIT", milliseconds, within=milliseconds / 1000 + self._answer_within)
        if reply.failed:
            raise HungUp("the caller has hung up")
        return reply.key

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

    def collect(self, name: str, *, digits: int, timeout: float = 4.0) -> Collected:
        """Play a sound and let the exchange collect keys up to `#` (GET DATA)."""
        within = LONGEST_SOUND + timeout * (digits + 1)
        reply = self.command("GET DATA", name, int(timeout * 1000), digits, within=within)
        if reply.failed:
            raise self._why(f"the sound {name!r} could not be played")
        return Collected(reply.result, reply.value == "timeout")

    def get_data(self, filename: str, timeout: float = 2000, max_digits: int = 255) -> str:
        """pyst2's name for `collect`, in milliseconds; use `collect` to know whether time ran out."""
        return self.collect(filename, digits=max_digits, timeout=timeout / 1000).digits

    def say_digits(self, digits: str, escape_digits: str = "") -> str:
        """Say digits one by one; the key that stopped it, or an empty text."""
        reply = self.command("SAY DIGITS", digits, escape_digits, within=LONGEST_SOUND)
        return self._key(reply, "the digits could not be said")

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

    def stored(self, family: str, key: str) -> str | None:
        """A value of the exchange's own database, or None."""
        reply = self.command("DATABASE GET", family, key)
        return reply.value if reply.result == "1" else None

    def database_get(self, family: str, key: str) -> str:
        """pyst2's name for `stored`; raises BadCommand where nothing is stored."""
        if (value := self.stored(family, key)) is None:
            raise BadCommand(f"nothing is stored under {family}/{key}")
        return value

    def run(self, application: str, *arguments: object, within: float = LONGEST_APPLICATION) -> str:
        """Run a dialplan application and return its result; BadCommand when there is none of that name."""
        reply = self.command("EXEC", application, ",".join(map(str, arguments)), within=within)
        if reply.result == "-2":
            raise BadCommand(f"the exchange has no application {application!r}")
        if reply.failed:
            raise self._why(f"the application {application!r} failed")
        return reply.result
