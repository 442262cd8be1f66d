"""Hearing it again: 8 says once more what was said, 7 says it more slowly, and 9 sends it to his mobile telephone."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from agi.voice import NotSpoken, Voice

SLOWER, ONCE_MORE, SEND = "7", "8", "9"
MOST: Final = 6  # times that one text is said
READINGS: Final = 4  # times that titles are read out


class NoLonger(NotSpoken):
    """What he wants to hear again may not be said any more."""


class Sends(Protocol):
    """Who sends a text; `send` returns the prompt that tells what became of it."""

    offered: bool

    def send(self) -> str:
        """Send it."""
        ...


def again(voice: Voice, key: str) -> bool:
    """Whether he wants to hear it again; slower from now on, if he likes."""
    voice.slow = voice.slow or key == SLOWER
    return bool(key) and key in {SLOWER, ONCE_MORE}


class Heard:
    """One text that a caller hears, as often as he likes, and as long as it holds: minutes may lie between."""

    def __init__(self, voice: Voice, text: str, *, interrupt: str = "", sends: Sends | None = None,
                 holds: Callable[[], bool] = lambda: True) -> None:  # fmt: skip
        self._voice, self._text, self._interrupt, self._sends = voice, text, interrupt, sends
        self._holds = holds
        self._left = MOST

    def say(self) -> str:
        """Say it; the key of `interrupt` that stopped it. NotSpoken when a sentence never came, NoLonger when it is to
        be said again and doesn't hold any more."""
        key = ONCE_MORE
        while again(self._voice, key) and self._left > 0:
            if self._left < MOST and not self._holds():
                raise NoLonger
            self._left -= 1
            key = self._once(self._interrupt + SLOWER + ONCE_MORE)
        return "" if key in {SLOWER, ONCE_MORE} else key

    def _once(self, interrupt: str) -> str:
        return self._voice.speak(self._text, interrupt=interrupt)

    def ask(self, *prompts: str, timeout: float, alone: str = "0") -> str:
        """Ask what belongs to it, then say these keys, once; the key. Said again, it is asked again."""
        keys = "hotline/keys_send" if self._sends and self._sends.offered else "hotline/keys_again"
        key = self._voice.ask(*prompts, keys, timeout=timeout, alone=alone)
        while self._left > 0 and (again(self._voice, key) or (key == SEND and self._sends)):
            key = self._sent() if key == SEND else self.say()
            key = key or self._voice.ask(*prompts, timeout=timeout, alone=alone)
        return key

    def _sent(self) -> str:
        self._left -= 1
        return self._voice.say(self._sends.send(), interrupt=self._interrupt) if self._sends else ""


class HeardPrompts(Heard):
    """The same of what is put together of fixed prompts."""

    def __init__(
        self, voice: Voice, prompts: Sequence[str], *, interrupt: str = "", sends: Sends | None = None
    ) -> None:
        super().__init__(voice, "", interrupt=interrupt, sends=sends)
        self._prompts = prompts

    def _once(self, interrupt: str) -> str:
        said = self._voice.slowly(self._prompts) if self._voice.slow else self._prompts
        return self._voice.say(*said, interrupt=interrupt)
