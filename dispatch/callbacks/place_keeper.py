"""The worker's part of kept places: asks the exchange how the queue stands, and rings whose turn it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, places
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.places import Line, Place, Waiting
from dispatch.callbacks.trunk import Taken
from dispatch.calls.calls import Call
from dispatch.line.flags import Skill
from dispatch.line.overflow import CALLED_IN
from dispatch.line.skilled import queue_of
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now

Row = Mapping[str, str]
NOT_IN_USE = "1"  # the exchange's number for a phone on which nobody talks and nothing rings
GONE = frozenset({"0", "4", "5"})  # its numbers for one that is unknown, invalid or unavailable, as in queues.conf
log = structlog.get_logger()


@dataclass(frozen=True)
class PlaceKeeper:
    """`queues` tells who waits and who takes calls, `lines` what of the trunk is taken (None: the exchange can't be
    asked); `ring` has it ring somebody."""

    settings: Settings
    database: Database
    queues: Callable[[], Sequence[Row] | None]
    lines: Callable[[], Taken | None]
    ring: Callable[[Attempt, Place], None]

    def work(self) -> None:
        """End what is over, and ring whose turn it is: claimed, noted and committed before the exchange is asked."""
        with self.database.reading() as session:
            if not places.standing(session):
                return
        with self.database.writing() as session:
            places.tidy(session, settings=self.settings, at=now())
        if (rows := self.queues()) is None or (lines := self.lines()) is None:
            return
        while (claimed := self._claimed(rows, lines)) is not None:
            self.ring(*claimed)

    def _claimed(self, rows: Sequence[Row], lines: Taken) -> tuple[Attempt, Place] | None:
        at = now()
        with self.database.writing() as session:
            place = places.claim(session, line_of(session, rows, queue=self.settings.queue, at=at), lines,
                                 settings=self.settings, at=at)  # fmt: skip
            if place is None:
                return None
            attempt = callbacks.place(session, place.callback, settings=self.settings, at=at)
            log.info("place.rung", call_id=attempt.call_id)
            return attempt, place


def line_of(session: Session, rows: Sequence[Row], *, queue: str, at: datetime) -> Line:
    """The queue in our words: who was led from one queue to another, or kept his place before, has waited since he
    began."""
    entries = [row for row in rows if row.get("Event") == "QueueEntry"]
    began = _began(session, [row.get("Uniqueid", "") for row in entries])
    waiting = [Waiting(int(row.get("Priority") or 0), began.get(row.get("Uniqueid", "")) or at - _wait(row))
               for row in entries]  # fmt: skip
    there = _there(rows, queue)
    reached = [row for row in there if _is_reached(row)] or there
    phones = {row.get("Location") for row in reached}
    skilled = {str(skill): free for skill in Skill if (free := _besides(rows, queue_of(queue, skill), phones)) > 0}
    return Line(tuple(waiting), sum(map(_is_free, reached)), skilled)


def _there(rows: Sequence[Row], queue: str) -> list[Row]:
    return [row for row in rows if row.get("Event") == "QueueMember" and row.get("Queue") == queue
            and row.get("Status") not in GONE]  # fmt: skip


def _besides(rows: Sequence[Row], queue: str, others: Collection[str | None]) -> int:
    """How many more are free for who needs what these can do, besides those whom who comes now reaches anyway: whoever
    waits there on the line takes one first."""
    waiting = sum(row.get("Event") == "QueueEntry" and row.get("Queue") == queue for row in rows)
    return sum(_is_free(row) and row.get("Location") not in others for row in _there(rows, queue)) - waiting


def _is_reached(row: Row) -> bool:
    """Whether who comes now reaches this operator: one in reserve only where nobody else is there."""
    return int(row.get("Penalty") or 0) <= CALLED_IN


def _is_free(row: Row) -> bool:
    return row.get("Paused") == "0" and row.get("Status") == NOT_IN_USE


def _wait(row: Row) -> timedelta:
    return timedelta(seconds=int(row.get("Wait") or 0))


def _began(session: Session, uniqueids: Sequence[str]) -> dict[str, datetime]:
    calls = session.execute(select(Call.uniqueid, Call.queued_at).where(
        Call.uniqueid.in_(uniqueids), Call.uniqueid != "", Call.queued_at.is_not(None),
        Call.ended_at.is_(None))).all()  # fmt: skip - who waits: a few of all calls, found by their own index
    kept = session.execute(select(Attempt.id, Place.queued_at).join(
        Place, Place.callback_id == Attempt.callback_id).where(Attempt.id.in_(uniqueids))).all()  # fmt: skip
    return {uniqueid: moment for uniqueid, moment in (*calls, *kept) if moment}
