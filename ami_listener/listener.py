"""The listener's life: link, resynchronise, note events in batches; say since when it was blind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event as Flag
from time import monotonic

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from ami_listener import messages, overflow
from ami_listener.breaks import Breaks
from ami_listener.drift import Others
from ami_listener.handlers import EMERGENCY, handle, hung_up
from ami_listener.messages import Device, Dialled, HungUp, Message, Staged
from ami_listener.prompts import Prompts
from ami_listener.resync import Comparing
from ami_listener.several import Nodes
from ami_listener.standing import Made
from ami_listener.standing import keep as keep_standing
from ami_listener.standing_by import StandingBy
from ami_listener.stores import Kept, keep_hours, stock
from ami_listener.topics import Topics
from ami_listener.transferring import STAGES
from dispatch.callbacks.telephone import Telephone
from dispatch.transfers.hunter import Hunter
from dispatch.transfers.transfer_line import TransferLine
from hotline import parts
from hotline.database import Database
from hotline.events import Bus, Event
from hotline.exchange.errors import LinkError
from hotline.exchange.link import Link
from hotline.exchange.nodes import address
from hotline.exchange.reconnecting import links
from hotline.settings import Settings
from hotline.times import now

MOST_ENDINGS = 25  # at once: they cost about half a millisecond each, and callers write too
MOST_OWED = 1000
UPKEEP_SECONDS = 5.0
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnection)
LOOK_SECONDS = 2.0  # what stands otherwise at two looks is mended: no wrong state lasts five seconds
WAIT_SECONDS = 0.25  # for an event, before what else is due is seen to
log = structlog.get_logger()


@dataclass
class Listener:
    """Hears one exchange until `stop` is set. Of several, `settings` are those of this one, and `nodes` knows all."""

    settings: Settings
    database: Database
    bus: Bus
    stop: Flag = field(default_factory=Flag)
    nodes: Nodes | None = None
    _owed: list[tuple[Message, datetime]] = field(default_factory=list)
    _kept_up_at: float = 0.0
    _looked_at: float = 0.0
    _hours: Kept = field(default_factory=dict)
    _said: Made = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._nodes = self.nodes or Nodes(self.settings.model_copy(update={"more_exchanges": ""}), self.database)
        self._standing_by = StandingBy(self.settings.exchange_node, self._nodes)
        line = TransferLine(Telephone(self.settings, here=True).link, self.settings)
        self._hunter = Hunter(self.settings, self.database, line)
        self._comparing = Comparing(self.settings, self.database)
        self._breaks = Breaks(self.settings, self.database)
        self._topics = Topics(self.settings, self.database)
        self._prompts = Prompts(self.settings, self.database)

    def run(self) -> None:
        """Listen over one link after the other."""
        for link in links(address(self.settings), stop=self.stop, latest=5.0):
            try:
                self._hear(link)
            except LinkError as lost:
                self._nodes.lost(self.settings.exchange_node, heard_at=link.last_heard_at)
                log.warning("listener.blind", since=now().isoformat(), reason=str(lost))
                while self._owed and self._settle():
                    pass  # what was heard before the link went is noted without waiting for the next
                self._breaks.lost(at=now())
                self._beat(words=str(lost), blind_since=now())

    def _hear(self, link: Link) -> None:
        log.info("listener.hears", blind_since=link.blind_since.isoformat() if link.blind_since else None)
        self._kept_up_at = self._looked_at = 0.0
        self._hours.clear()  # it may be another exchange, or one that has forgotten
        self._standing_by.begin()
        while not self.stop.is_set():
            self._take(link)
            if self._owed:
                self._settle()
            self._keep_up(link)

    def _take(self, link: Link) -> None:
        """Wait shortly for an event, then take what else is there."""
        event = link.next_event(0.0 if self._owed else WAIT_SECONDS)
        while event is not None:
            message = messages.read(event.headers) if event.name in messages.KINDS else None
            if message is not None and self._concerns_us(message):
                self._owed.append((message, now()))
            event = link.next_event(0.0) if len(self._owed) < MOST_OWED else None

    def _settle(self) -> bool:
        """Note what is owed, some in one transaction, then say it. False, and all stays owed, while the database
        is away."""
        self._owed.sort(key=_may_wait)
        urgent = sum(not _may_wait(owed) for owed in self._owed)
        settled = self._owed[: urgent or MOST_ENDINGS]  # who rings waits for no ending of another call
        try:
            with self.database.writing() as session:
                said = self._note_all(session, settled)
        except SQLAlchemyError as fault:
            log.warning("listener.database_away", owed=len(self._owed), fault=type(fault).__name__)
            self.stop.wait(0.5)
            return False
        del self._owed[: len(settled)]
        self._say(said)
        return True

    def _say(self, said: Sequence[Event]) -> None:
        """Tell what was written down, and take the next step of whoever is handed on."""
        self.bus.publish(*said)
        _log_all(said)
        self._hunt(dict.fromkeys(event.call_id for event in said if event.kind == "transfer"))

    def _hunt(self, call_ids: Iterable[str]) -> None:
        """Take the next step in the hunts that something was heard of; what fails now is looked for soon."""
        for call_id in call_ids:
            with bound_contextvars(call_id=call_id):
                self._follow(call_id)

    def _follow(self, call_id: str) -> None:
        try:
            self._hunter.follow(call_id, at=now())
        except SQLAlchemyError as fault:
            log.warning("listener.hunt_stands", fault=type(fault).__name__)

    def _note_all(self, session: Session, owed: list[tuple[Message, datetime]]) -> list[Event]:
        """All together, which costs half; should one of them be wrong, each by itself."""
        owed = _latest(owed)
        try:
            with session.begin_nested():
                return self._note_together(session, owed)
        except DATABASE_AWAY:
            raise
        except Exception as fault:
            log.info("listener.not_noted_together", messages=len(owed), fault=type(fault).__name__)
        said: list[Event] = []
        for message, at in owed:
            with bound_contextvars(**_about(message)):
                said += self._note(session, message, at)
        return said

    def _note_together(self, session: Session, owed: list[tuple[Message, datetime]]) -> list[Event]:
        gone = [(message, at) for message, at in owed if isinstance(message, HungUp)]
        if len(gone) == len(owed):
            return hung_up(session, gone, settings=self.settings)
        return [event for message, at in owed for event in handle(session, message, settings=self.settings, at=at)]

    def _note(self, session: Session, message: Message, at: datetime) -> list[Event]:
        """One message in a savepoint: one that can't be noted doesn't take the others with it."""
        try:
            with session.begin_nested():
                return list(handle(session, message, settings=self.settings, at=at))
        except DATABASE_AWAY:
            raise
        except Exception as fault:  # whatever it is, it would be as wrong the next time, and the others wait
            log.error("listener.not_noted", kind=type(message).__name__, fault=repr(fault)[:200])
            return []

    def _concerns_us(self, message: Message) -> bool:
        """Of the stages that a caller passes the queue is noted here, a danger in it, and his way to a department; of
        phones what the exchange tells that holds the queues."""
        if isinstance(message, Staged):
            return message.stage in {"queue", *STAGES} or message.stage.startswith(EMERGENCY)
        return not isinstance(message, Device) or self._nodes.holds(self.settings.exchange_node)

    def _keep_up(self, link: Link) -> None:
        try:
            if said := self._breaks.look(link, elsewhere=self._nodes.elsewhere(self.settings.exchange_node)):
                self._say(said)
            if said := self._standing_by.keep(link):
                self._say(said)
            if monotonic() - self._looked_at > LOOK_SECONDS:
                self._look(link)
                self._looked_at = monotonic()
            if monotonic() - self._kept_up_at > UPKEEP_SECONDS:
                stock(link, settings=self.settings, database=self.database, at=now())
                keep_hours(link, self._hours, settings=self.settings, database=self.database, at=now())
                self._prompts.keep()
                keep_standing(link, self._said, settings=self.settings, database=self.database, at=now())
                self._topics.keep(link, at=now())
                overflow.keep(link, settings=self.settings)
                self.bus.publish(*self._hunter.look(at=now()))
                self._beat(blind_since=None)
                self._kept_up_at = monotonic()
        except SQLAlchemyError as fault:
            log.warning("listener.database_away", owed=len(self._owed), fault=type(fault).__name__)
            self.stop.wait(0.5)

    def _look(self, link: Link) -> None:
        node = self.settings.exchange_node
        there = Others(self._nodes.elsewhere(node), phones=not self._nodes.holds(node))
        self._say(self._comparing.compare(link, gap=not self._looked_at, others=there))
        self._standing_by.look(link, self._comparing.live)

    def _beat(self, *, words: str = "", blind_since: datetime | None) -> None:
        try:
            with self.database.writing() as session:
                parts.beat(session, "listener", node=self.settings.exchange_node, well=blind_since is None,
                           words=words, blind_since=blind_since, at=now())  # fmt: skip
        except SQLAlchemyError:
            log.warning("listener.database_away", owed=len(self._owed))


def _about(message: Message) -> dict[str, str]:
    """What lines of the log about this message are found by."""
    match message:
        case Device(extension):
            return {"extension": extension}
        case Dialled(attempt_id):
            return {"attempt": attempt_id}
    return {"call_id": message.call_id}


def _log_all(said: Iterable[Event]) -> None:
    """One line for what happened to each call, however many are told of it."""
    for kind, call_id in dict.fromkeys((event.kind, event.call_id) for event in said if event.call_id):
        log.info(f"call.{kind}", call_id=call_id)


def _latest(owed: list[tuple[Message, datetime]]) -> list[tuple[Message, datetime]]:
    """Of what each phone told of itself only the last: nobody has seen what was before."""
    last = {message.extension: number for number, (message, _) in enumerate(owed) if isinstance(message, Device)}
    return [(message, at) for number, (message, at) in enumerate(owed)
            if not isinstance(message, Device) or last[message.extension] == number]  # fmt: skip


def _may_wait(owed: tuple[Message, datetime]) -> bool:
    """Whoever rings goes first: an ending may wait, and nothing rings for a call after its end."""
    return isinstance(owed[0], HungUp)
