"""Work that waits for other systems: done beside the process's own, by one thread at a time."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Aside:
    """A piece of work that is woken often, and runs in a thread of its own while the last waking isn't done.

    The work is told by what it is handed whether it is to come to an end. Should the process die under it, what it was
    at is a row with a lease."""

    def __init__(self, name: str, work: Callable[[Callable[[], bool]], object]) -> None:
        self._name, self._work = name, work
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Begin, unless it runs or is to run no more."""
        if not self._ending.is_set() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._guarded, name=self._name, daemon=True)
            self._thread.start()

    def end(self, *, seconds: float) -> bool:
        """Let it finish what it is at, for so long; whether it did. It is not woken again."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _guarded(self) -> None:
        try:
            self._work(self._ending.is_set)
        except Exception:
            log.exception("aside.failed", work=self._name)
