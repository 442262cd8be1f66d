"""Every few seconds, and after every gap: how the exchange stands is compared with what we believe, and we believe the
exchange; only who is to take calls is what operators said, and the exchange is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.orm import Session

from ami_listener import members, spies
from ami_listener.drift import NOBODY, Others, believed, drift
from ami_listener.handlers import handle
from ami_listener.members import Deed
from ami_listener.messages import Message
from ami_listener.seen import Seen, look
from hotline.database import Database
from hotline.events import Event
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.times import now

log = structlog.get_logger()


@dataclass
class Comparing:
    """One listener's looks at its exchange."""

    settings: Settings
    database: Database
    live: frozenset[str] = frozenset()  # the calls that had a channel at the last look
    _odd: frozenset[Deed] = field(default_factory=frozenset)  # what stood otherwise in the queues at the look before

    def compare(self, link: Link, *, gap: bool, others: Others = NOBODY) -> list[Event]:
        """Look once, and mend; what is to be said of it. A member of a queue who is otherwise than he said is mended
        when he is so at two looks, as he may just be changing; after a gap at once."""
        seen = look(link, at=now())
        self.live = seen.live
        said = self._believe(seen, others)
        spies.cut_off(link, seen, database=self.database, at=now())
        with self.database.reading() as session:
            odd = frozenset(members.deeds(session, seen, queue=self.settings.queue))
        members.do(link, sorted(odd if gap else odd & self._odd))
        self._odd = odd
        return said

    def _believe(self, seen: Seen, others: Others) -> list[Event]:
        """The rows are brought in line; nothing is written when they are."""
        node = self.settings.exchange_node
        with self.database.reading() as session:
            if not list(drift(seen, believed(session, node=node), others)):
                return []
        with self.database.writing() as session:
            found = list(drift(seen, believed(session, node=node), others))
            log.info("listener.drift", found=[type(one).__name__ for one in found])
            return repair(session, found, settings=self.settings)


def repair(session: Session, found: Iterable[Message], *, settings: Settings) -> list[Event]:
    """Note what nobody has told us; the events to publish after the commit."""
    return [event for message in found for event in handle(session, message, settings=settings, at=now())]
