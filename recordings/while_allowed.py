"""A sound that ends where it may no longer be heard, however much of it was asked for at once."""

from collections.abc import Callable
from time import monotonic

from hotline.kept.reading import Bytes
from recordings.errors import RecordingError

ASKED_AGAIN = 1.0  # seconds


class NoLonger(RecordingError):
    """What was being heard may not be heard any more."""


class WhileAllowed:
    """A content that was allowed when it was opened, to be read in parts; before a part `may` is asked again, at most
    once a second, and NoLonger is raised when it refuses."""

    def __init__(self, content: Bytes, may: Callable[[], bool]) -> None:
        self._content, self._may, self._asked = content, may, monotonic()
        self.size = content.size

    def part(self, start: int, length: int) -> bytes:
        if monotonic() - self._asked > ASKED_AGAIN:
            if not self._may():
                raise NoLonger("what was being heard may not be heard any more")
            self._asked = monotonic()
        return self._content.part(start, length)

    def close(self) -> None:
        self._content.close()
