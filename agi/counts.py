"""How many calls the FastAGI server holds and has held."""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Counts:
    """Sessions now open; and since the start: served to their end, refused for want of room, failed."""

    active: int = 0
    served: int = 0
    refused: int = 0
    failed: int = 0


class Counter:
    """The same figures while they change, safe between threads; it also says whether there is room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._active = self._served = self._refused = self._failed = 0

    def enter(self) -> bool:
        """Count a session in; False (and counted as refused) when all places are taken."""
        with self._lock:
            if self._active >= self._room:
                self._refused += 1
                return False
            self._active += 1
            return True

    def leave(self, *, failed: bool) -> None:
        """Count a session out."""
        with self._lock:
            self._active -= 1
            if failed:
                self._failed += 1
            else:
                self._served += 1

    def snapshot(self) -> Counts:
        """The figures of this moment."""
        with self._lock:
            return Counts(self._active, self._served, self._refused, self._failed)
