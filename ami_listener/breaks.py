"""Whether the exchange that a link leads to is the one that was heard before: a mark that it forgets when it dies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ami_listener.several import end
from dispatch.calls.calls import Call
from dispatch.reconciling import breaks
from hotline.database import Database
from hotline.events import Event
from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.parts import Part
from hotline.settings import Settings
from hotline.times import now

MARK: Final = "HEARD_BEFORE"
TOLD_EVERY: Final = timedelta(seconds=5)  # by a listener that hears
log = structlog.get_logger()


@dataclass
class Breaks:
    """One exchange's breaks. Which calls are open is looked at when it is lost: they may be over before it is back."""

    settings: Settings
    database: Database
    _lost_at: datetime | None = None
    _cut_off: Sequence[str] | None = None  # None: nobody looked
    _looked: Link | None = None

    def lost(self, *, at: datetime) -> None:
        """The link is gone, and the exchange perhaps, too."""
        if self._lost_at is not None:
            return
        self._lost_at = at
        try:
            self._cut_off = self._open()
        except SQLAlchemyError:
            log.warning("listener.database_away")

    def look(self, link: Link, *, elsewhere: Collection[str] = ()) -> list[Event]:
        """Once for each link, before anything is brought in line: note the break, if it was one, and that its calls
        were over then, but for those that live elsewhere; what is to be said. That a whole house begins, without a call
        that it left, is none."""
        if link is self._looked:
            return []
        said: list[Event] = []
        if actions.getvar(link, MARK) != "yes":
            open_then = self._gone(link) if self._cut_off is None else self._cut_off
            said = self._note([call_id for call_id in open_then if call_id not in elsewhere])
            actions.setvar(link, MARK, "yes")
        self._looked, self._lost_at, self._cut_off = link, None, None
        return said

    def _note(self, cut_off: Sequence[str]) -> list[Event]:
        if self._lost_at is None and not cut_off:
            return []
        at, node = now(), self.settings.exchange_node
        with self.database.writing() as session:
            lost_at = self._lost_at or self._last_known(session, at)
            breaks.note(session, node, cut_off, away=(at - lost_at).total_seconds(), at=lost_at)
            over = session.scalars(select(Call).where(Call.id.in_(cut_off), Call.ended_at.is_(None))).all()
            said = end(session, over, at=lost_at, settings=self.settings)
        log.warning("exchange.began_anew", node=node, lost_at=lost_at.isoformat(), calls=len(cut_off))
        return said

    def _last_known(self, session: Session, at: datetime) -> datetime:
        """When the listener before would have told next that all is well: it was lost by then."""
        before = session.get(Part, ("listener", self.settings.exchange_node))
        return min(at, before.beat_at + TOLD_EVERY) if before else at

    def _gone(self, link: Link) -> list[str]:
        """Those that are open and have no channel."""
        live = {row.get("AccountCode") for row in actions.core_show_channels(link)}
        return [call_id for call_id in self._open() if call_id not in live]

    def _open(self) -> list[str]:
        with self.database.reading() as session:
            return breaks.open_calls(session, self.settings.exchange_node)
