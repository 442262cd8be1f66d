"""Who waits for which answer: one entry for each action under way."""

from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Lock

from hotline.exchange.messages import Event, Message


@dataclass(slots=True)
class Waiting:
    """One action under way: its answer, and the events of its list where it asks for one."""

    is_list: bool = False
    answer: Message | None = None
    events: list[Event] = field(default_factory=list)
    done: Flag = field(default_factory=Flag)

    def take_answer(self, message: Message) -> None:
        """An error ends a list at once: no event will follow."""
        self.answer = message
        if not self.is_list or not message.succeeded:
            self.done.set()

    def take_event(self, event: Event) -> None:
        """Keep an event of the list; the last one ends it."""
        if event.get("EventList").lower().startswith(("complete", "cancel")) or event.name.endswith("Complete"):
            self.done.set()
        else:
            self.events.append(event)


class Desk:
    """All actions under way, by ActionID."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, Waiting] = {}

    def open(self, action_id: str, *, is_list: bool) -> Waiting:
        """Wait for an answer from now on."""
        waiting = Waiting(is_list)
        with self._lock:
            self._waiting[action_id] = waiting
        return waiting

    def close(self, action_id: str) -> None:
        """Wait no longer; a late answer is dropped."""
        with self._lock:
            self._waiting.pop(action_id, None)

    def take(self, message: Message) -> Event | None:
        """Give a message to whoever waits for it; an event nobody waits for is returned."""
        waiting = self._waiting.get(message.action_id) if message.action_id else None
        if "Event" not in message.headers:
            if waiting:
                waiting.take_answer(message)
            return None
        event = Event(message)
        if waiting is None or not waiting.is_list:
            return event
        waiting.take_event(event)
        return None

    def release_all(self) -> None:
        """The link is lost: nobody need wait longer."""
        with self._lock:
            for waiting in self._waiting.values():
                waiting.done.set()
