"""Work that waits for other systems: done beside the process's own, by one thread at a time."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Aside:
    """A piece of work that is woken often, and runs in a thread of its own while the last waking isn't done.

    The thread doesn't keep the process from ending: what it was at is a row with a lease."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._name, self._work = name, work
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Begin, unless it runs."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._guarded, name=self._name, daemon=True)
            self._thread.start()

    def _guarded(self) -> None:
        try:
            self._work()
        except Exception:
            log.exception("aside.failed", work=self._name)
