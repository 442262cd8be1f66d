"""One subscription to the bus a process, handed on to every browser that listens."""

import queue
import threading
from dataclasses import dataclass, field

import redis
import structlog

from hotline.events import Bus, Event

KINDS = frozenset({"offer", "answered", "missed", "ended", "presence", "transfer"})
MOST_WAITING = 100  # events that one slow browser may owe; it takes a snapshot after that anyway
log = structlog.get_logger()


@dataclass(eq=False)
class Listener:
    """One browser's queue. An empty kind says only that the bus came or went."""

    account_id: int
    waiting: "queue.Queue[Event]" = field(default_factory=lambda: queue.Queue(MOST_WAITING))

    def take(self, event: Event) -> None:
        try:
            self.waiting.put_nowait(event)
        except queue.Full:
            log.warning("events.slow_browser", account=self.account_id)


class FanOut:
    """Reads the bus in one thread, begun with the first listener; never at import or when the app is made."""

    def __init__(self, bus: Bus | None, *, patience: float = 1.0) -> None:
        self._bus, self._patience = bus, patience
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self.live = False

    def join(self, account_id: int) -> Listener:
        """A new listener for the events of one account."""
        listener = Listener(account_id)
        with self._lock:
            self._listeners.add(listener)
            if self._bus is not None and self._thread is None:
                self._thread = threading.Thread(target=self._read, args=(self._bus,), name="fan-out", daemon=True)
                self._thread.start()
        return listener

    def leave(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Stop reading, within `patience` seconds."""
        self._over.set()

    def _read(self, bus: Bus) -> None:
        while not self._over.is_set():
            try:
                self._hand_on_all(bus)
            except (redis.RedisError, OSError) as error:
                self._set_live(False, why=type(error).__name__)
            except (ValueError, TypeError, KeyError) as error:  # what was published was no event of ours
                self._set_live(False, why=type(error).__name__)
            self._over.wait(self._patience)

    def _hand_on_all(self, bus: Bus) -> None:
        for event in bus.listen(patience=self._patience):
            if self._over.is_set():
                return
            self._set_live(True)
            if event is not None:
                self._hand_on(event)

    def _set_live(self, live: bool, *, why: str = "") -> None:
        if live != self.live:
            log.warning("events.live" if live else "events.lost", why=why)
            self.live = live
            self._hand_on(Event(""))

    def _hand_on(self, event: Event) -> None:
        if event.kind and event.kind not in KINDS:
            return
        with self._lock:
            concerned = [x for x in self._listeners if not event.kind or event.account_id == x.account_id]
        for listener in concerned:
            listener.take(event)
