"""What the listeners of several exchanges know together: which lives, which is dead, and which holds the queues."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import monotonic

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ami_listener.handlers import hung_up
from ami_listener.messages import HungUp
from dispatch.calls.calls import Call, Leg
from hotline.database import Database
from hotline.events import Event
from hotline.exchange import holding
from hotline.exchange.nodes import each
from hotline.settings import Settings
from hotline.times import now

LINKED_AGAIN = 1.0  # seconds
OUT_OF_ORDER = 38  # Q.850: nobody hung up
log = structlog.get_logger()


@dataclass
class Nodes:
    """All exchanges of an installation. A lone one holds the queues and is never buried: it comes back as it was."""

    settings: Settings
    database: Database
    holder: str = ""
    dead: frozenset[str] = frozenset()
    _all: dict[str, Settings] = field(default_factory=dict)
    _lost: dict[str, tuple[float, datetime]] = field(default_factory=dict)  # since when, and when last heard
    _live: dict[str, frozenset[str]] = field(default_factory=dict)  # the calls that have a channel there
    _drained: set[str] = field(default_factory=set)
    _buried: set[str] = field(default_factory=set)
    _noted: str = ""
    _turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._all = {one.exchange_node: one for one in each(self.settings)}
        self._lost = dict.fromkeys(self._all, (monotonic(), now()))

    @property
    def several(self) -> bool:
        """Whether there is any other."""
        return len(self._all) > 1

    def holds(self, node: str) -> bool:
        """Whether the queues are there, and with them the phones."""
        return not self.several or node == self.holder

    def heard(self, node: str) -> None:
        """There is a link to it."""
        self._lost.pop(node, None)
        self._buried.discard(node)

    def lost(self, node: str, *, heard_at: datetime) -> None:
        """The link to it is gone, and with it what was known of it. How long it had said nothing counts, but for a
        moment in which it may be linked again."""
        silent = min((now() - heard_at).total_seconds(), self.settings.exchange_dead_seconds - LINKED_AGAIN)
        self._lost.setdefault(node, (monotonic() - max(0.0, silent), heard_at))
        self._live.pop(node, None)

    def seen(self, node: str, live: frozenset[str], *, drained: bool) -> None:
        """What was seen there: the calls that live, and whether it is to take no new ones."""
        self._live[node] = live
        (self._drained.add if drained else self._drained.discard)(node)

    def knows(self, node: str, call_id: str) -> bool:
        """Whether a call may live there: nobody knows while an exchange can't be asked, unless it is dead."""
        if node in self.dead:
            return False
        return node in self._lost or node not in self._live or call_id in self._live[node]

    def elsewhere(self, node: str) -> frozenset[str]:
        """The calls that live on others than this one."""
        return frozenset[str]().union(*(live for one, live in list(self._live.items()) if one != node))

    def tend(self) -> list[Event]:
        """See who is dead; pass the queues on where it has to be, and end the calls of who died. While all are gone it
        may be ourselves who can't be reached: then nothing is done."""
        with self._turn:
            gone = {node for node, (since, _) in list(self._lost.items()) if self._is_long(since)}
            self.dead = frozenset(gone) if len(gone) < len(self._all) else frozenset()
            self._pass_on()
            return [event for node in sorted(self.dead - self._buried) for event in self._bury(node)]

    def _is_long(self, since: float) -> bool:
        return monotonic() - since > self.settings.exchange_dead_seconds

    def _pass_on(self) -> None:
        if not self.holder:
            with self.database.reading() as session:
                self.holder = self._noted = holding.holder(session, settings=self.settings)
        self.holder = holding.next_holder(tuple(self._all), self.holder, dead=self.dead, drained=self._drained)
        if self.holder != self._noted:  # the callers' way changes whether or not it can be written down
            with self.database.writing() as session:
                holding.take(session, self.holder, at=now())
            log.warning("queues.passed_on", holder=self.holder, dead=sorted(self.dead), drained=sorted(self._drained))
            self._noted = self.holder

    def _bury(self, node: str) -> list[Event]:
        """Its calls are over since it was last heard, but for those that live on another one."""
        heard_at = self._lost[node][1]
        self._live.pop(node, None)
        with self.database.writing() as session:
            said = end_all(session, node, at=heard_at, but=self.elsewhere(node), settings=self._all[node])
        log.warning("exchange.dead", node=node, ended=len(said))
        self._buried.add(node)
        return said


def end_all(session: Session, node: str, *, at: datetime, but: frozenset[str], settings: Settings) -> list[Event]:
    """End the open calls of an exchange, but for some; the events to publish after the commit."""
    rows = session.scalars(select(Call).where(Call.node == node, Call.ended_at.is_(None))).all()
    said = end(session, [call for call in rows if call.id not in but], at=at, settings=settings)
    session.execute(update(Leg).where(Leg.node == node, Leg.ended_at.is_(None)).values(ended_at=at))
    return said


def end(session: Session, calls: Sequence[Call], *, at: datetime, settings: Settings) -> list[Event]:
    """End calls whose exchange was last heard at that moment, none before it began."""
    gone = [(HungUp(call.id, call.uniqueid, own=True, cause=OUT_OF_ORDER), max(at, call.queued_at or call.began_at))
            for call in calls]  # fmt: skip
    return list(hung_up(session, gone, settings=settings))
