"""The exchange's commands over one call's socket: pyst2's AGI made safe. Each is quoted, answered within its time, and
a hang-up is told from a failure."""

import socket
from time import monotonic
from typing import Final

from asterisk.agi import AGI

from agi.environment import Environment, read_variables
from agi.errors import BadCommand, DeadChannel, HungUp, LineLost, SoundMissing
from agi.quoting import command_line, quote
from agi.reply import Reply, goes_on, read_reply, split_code
from agi.switchboard import Switchboard
from agi.wire import LONGEST_LINE, Wire

LONGEST_SOUND: Final = 300.0
_MOST_LINES: Final = 256
_AFTER_HANGUP: Final = 0.5


class Commands(AGI):  # type: ignore[misc]
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
        self.env = read_variables(self._wire, environment_within)
        self.environment = Environment.of(self.env)

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
