"""One connection to the exchange's manager interface: answers by ActionID, events by a queue, nothing hangs."""

import hashlib
import itertools
import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from time import monotonic
from types import TracebackType
from typing import Final, Self

from hotline.exchange.errors import ActionRefused, LinkError, LinkLost, LoginRefused, NoAnswer
from hotline.exchange.headers import Headers, action_bytes
from hotline.exchange.messages import Event, Frames, Message
from hotline.exchange.waiting import Desk, Waiting

MOST_EVENTS_UNREAD: Final = 100_000
_TICK: Final = 0.25
_CHUNK: Final = 256 * 1024
_LONGEST_BANNER: Final = 200


@dataclass(frozen=True, slots=True)
class Address:
    """Where the manager interface is, and who we are to it."""

    host: str
    port: int = 5038
    username: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, for an answer, between two pings on a quiet line, of silence until it is dead."""

    connect: float = 3.0
    answer: float = 5.0
    ping_every: float = 1.5
    dead_after: float = 4.0


class Link:
    """A logged-in link. Safe to use from several threads; once lost it stays lost: make a new one.

    Raises LinkLost when it can't connect, LoginRefused when the exchange doesn't want us.
    """

    def __init__(self, address: Address, *, patience: Patience | None = None, blind_since: datetime | None = None):
        self.patience = patience or Patience()
        self.blind_since = blind_since
        self.last_heard_at = datetime.now(UTC)
        self._heard = self._pinged = monotonic()
        self._desk = Desk()
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._prefix = uuid.uuid4().hex[:12]
        self._numbers = itertools.count(1)
        self._sending = Lock()
        self._fault: str = ""
        self._frames = Frames()
        self._socket = self._connected(address)
        self._reader = Thread(target=self._read, name="exchange-link", daemon=True)
        try:
            self.version = self._banner()
            self._reader.start()
            self._log_in(address)
        except LinkError:
            self.close()
            raise

    # -- actions ---------------------------------------------------------------------------------------------
    def action(self, name: str, *headers: tuple[str, object], within: float | None = None) -> Message:
        """Send an action and wait for its answer. Raises ActionRefused, NoAnswer, LinkLost, UnsafeValue."""
        return self._ask(name, headers, within, is_list=False)[0]

    def collect(self, name: str, *headers: tuple[str, object], within: float | None = None) -> list[Event]:
        """Send an action that is answered by a list of events, and wait for all of them."""
        return self._ask(name, headers, within, is_list=True)[1].events

    def _ask(self, name: str, headers: Headers, within: float | None, *, is_list: bool) -> tuple[Message, Waiting]:
        action_id = f"{self._prefix}-{next(self._numbers)}"
        content = action_bytes([("Action", name), ("ActionID", action_id), *headers])
        waiting = self._desk.open(action_id, is_list=is_list)
        try:
            self._send(content)
            waiting.done.wait(self.patience.answer if within is None else within)
        finally:
            self._desk.close(action_id)
        return self._answer(name, waiting), waiting

    def _answer(self, name: str, waiting: Waiting) -> Message:
        if waiting.answer is None or not waiting.done.is_set():
            self._still_there()
            raise NoAnswer(f"the exchange did not answer {name} in time")
        if not waiting.answer.succeeded:
            raise ActionRefused(waiting.answer.get("Message", f"{name} was refused"))
        if waiting.is_list:
            self._still_there()  # a list cut off by a lost link would look like a short one
        return waiting.answer

    def _send(self, content: bytes) -> None:
        self._still_there()
        with self._sending:
            try:
                self._socket.sendall(content)
            except (OSError, ValueError) as fault:
                self._lose("the exchange no longer takes what we send")
                raise LinkLost(self._fault) from fault

    # -- events ----------------------------------------------------------------------------------------------
    def next_event(self, timeout: float) -> Event | None:
        """The next event, or None when none came in `timeout` seconds; LinkLost after the last one."""
        try:
            event = self._events.get(timeout=timeout)
        except Empty:
            return None
        if event is None:
            self._events.put(None)  # for whoever else reads
            self._still_there()
        return event

    def events(self, timeout: float) -> Iterator[Event]:
        """Events as they come, until none came for `timeout` seconds; LinkLost after the last one."""
        while (event := self.next_event(timeout)) is not None:
            yield event

    # -- life ------------------------------------------------------------------------------------------------
    @property
    def lost(self) -> bool:
        """Whether the link is gone (or closed by us)."""
        return bool(self._fault)

    def close(self) -> None:
        """Take leave without waiting for the other side; never hangs, may be called twice."""
        if not self._fault and self._sending.acquire(timeout=_TICK):
            with suppress(OSError, ValueError):
                self._socket.sendall(action_bytes([("Action", "Logoff")]))
            self._sending.release()
        self._lose("the link was closed")
        if self._reader.ident is not None and self._reader is not current_thread():
            self._reader.join(2 * _TICK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _still_there(self) -> None:
        if self._fault:
            raise LinkLost(self._fault)

    def _lose(self, why: str) -> None:
        if self._fault:
            return
        self._fault = why
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._desk.release_all()
        self._events.put(None)

    def _connected(self, address: Address) -> socket.socket:
        try:
            plain = socket.create_connection((address.host, address.port), self.patience.connect)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError) as fault:
            raise LinkLost(f"the exchange can't be reached: {fault}") from fault
        return plain

    def _banner(self) -> str:
        deadline = monotonic() + self.patience.connect
        held = b""
        while b"\n" not in held:
            left = deadline - monotonic()
            if left <= 0 or len(held) > _LONGEST_BANNER:
                raise LinkLost("this is no manager interface")
            self._socket.settimeout(left)
            held += self._chunk_or_lost()
        banner, _, rest = held.partition(b"\n")
        if not banner.startswith(b"Asterisk Call Manager/"):
            raise LinkLost("this is no manager interface")
        self._socket.settimeout(_TICK)
        self._take(rest)
        return banner.decode("ascii", "replace").strip().rpartition("/")[2]

    def _chunk_or_lost(self) -> bytes:
        try:
            chunk = self._socket.recv(_CHUNK)
        except OSError as fault:
            raise LinkLost("the exchange said nothing") from fault
        if not chunk:
            raise LinkLost("the exchange closed the link")
        return chunk

    def _log_in(self, address: Address) -> None:
        try:
            challenge = self.action("Challenge", ("AuthType", "MD5")).get("Challenge")
            # MD5 is what the protocol has; the secret itself doesn't cross the wire.
            key = hashlib.md5(f"{challenge}{address.secret}".encode(), usedforsecurity=False).hexdigest()
            self.action("Login", ("AuthType", "MD5"), ("Username", address.username), ("Key", key))
        except ActionRefused as fault:
            raise LoginRefused(f"the exchange refused the login: {fault}") from fault

    # -- the reading thread ----------------------------------------------------------------------------------
    def _read(self) -> None:
        try:
            while not self._fault:
                self._read_once()
        except LinkLost as fault:
            self._lose(str(fault))
        except Exception as fault:
            self._lose(f"the exchange sent what can't be read ({type(fault).__name__})")

    def _read_once(self) -> None:
        try:
            chunk = self._socket.recv(_CHUNK)
        except TimeoutError:
            self._look_after_silence()
            return
        except OSError as fault:
            raise LinkLost("the connection to the exchange broke") from fault
        if not chunk:
            raise LinkLost("the exchange closed the link")
        self._heard = monotonic()
        self.last_heard_at = datetime.now(UTC)
        self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        for message in self._frames.feed(chunk):
            event = self._desk.take(message)
            if event is not None:
                self._events.put(event)
        if self._events.qsize() > MOST_EVENTS_UNREAD:
            raise LinkLost("nobody reads the events: a new link is needed, and a new look at everything")

    def _look_after_silence(self) -> None:
        now = monotonic()
        if now - self._heard > self.patience.dead_after:
            raise LinkLost("the exchange has fallen silent")
        if now - max(self._heard, self._pinged) >= self.patience.ping_every:
            self._pinged = now
            self._send(action_bytes([("Action", "Ping")]))
