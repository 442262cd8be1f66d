"""pyst2's manager messages, read whole from bytes, with every repeated header kept."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from asterisk.manager import Event as PystEvent
from asterisk.manager import ManagerMsg

from hotline.exchange.errors import LinkLost

LONGEST_MESSAGE: Final = 1024 * 1024
_END: Final = b"\r\n\r\n"


class Message(ManagerMsg):  # type: ignore[misc]
    """One answer or event. `headers` holds the last value of each header, `values` all of them."""

    headers: dict[str, str]
    data: str

    def __init__(self, text: str) -> None:
        # pyst2's own parser dies of the first ChanVariable and forgets repeated headers.
        self.response = text
        self.headers = {}
        self._repeated: dict[str, list[str]] = {}
        loose: list[str] = []
        for line in text.split("\r\n"):
            name, colon, value = line.partition(":")
            if not colon:
                loose.append(line)
                continue
            name, value = name.strip(), value.strip()
            if name in self.headers:
                self._repeated.setdefault(name, [self.headers[name]]).append(value)
            self.headers[name] = value
        self.data = "\n".join(loose)

    def get(self, name: str, default: str = "") -> str:
        """The last value of a header, or `default`."""
        return self.headers.get(name, default)

    def values(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        if name in self._repeated:
            return list(self._repeated[name])
        return [self.headers[name]] if name in self.headers else []

    @property
    def action_id(self) -> str:
        """The id of the action this belongs to, or an empty text."""
        return self.headers.get("ActionID", "")

    @property
    def succeeded(self) -> bool:
        """Whether this is an answer that isn't an error."""
        return self.headers.get("Response", "Error") != "Error"

    def __repr__(self) -> str:
        return f"<{self.headers.get('Event') or self.headers.get('Response') or 'message'}>"


class Event(PystEvent):  # type: ignore[misc]
    """One event, in pyst2's shape: `name`, `headers`, `message`."""

    name: str
    headers: dict[str, str]
    message: Message

    def __init__(self, message: Message) -> None:
        self.message = message
        self.data = message.data
        self.headers = message.headers
        self.name = message.headers["Event"]

    def get(self, name: str, default: str = "") -> str:
        """The last value of a header, or `default`."""
        return self.headers.get(name, default)

    def values(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return self.message.values(name)

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Frames:
    """Cuts the byte stream into messages. Text is decoded message by message, so no character is cut."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._searched = 0
        self._whole: deque[bytes] = deque()

    def feed(self, chunk: bytes) -> Iterator[Message]:
        """The messages completed by these bytes; LinkLost when one is longer than a megabyte."""
        self._held += chunk
        self._cut()
        if len(self._held) > LONGEST_MESSAGE:
            raise LinkLost("the exchange sent a message without end")
        while self._whole:
            text = self._whole.popleft().decode("utf-8", "replace").strip("\r\n")
            if text:
                yield Message(text)

    def _cut(self) -> None:
        if self._held.find(_END, self._searched) >= 0:
            *whole, rest = bytes(self._held).split(_END)
            self._whole.extend(whole)
            self._held = bytearray(rest)
        self._searched = max(0, len(self._held) - len(_END) + 1)
