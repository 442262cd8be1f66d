"""What the exchange left is taken in: questions after the tone, its books of calls and of queues, recordings."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from errno import ENOSPC
from functools import partial
from pathlib import Path
from time import sleep
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.calls import lost_slips, queue_log, records, spool
from dispatch.calls.calls import Call
from dispatch.calls.reading_on import Stretch
from dispatch.calls.spool import Slip
from dispatch.sweeps.duty import BREATH, Duty
from dispatch.tickets.tickets import Ticket
from hotline.events import Event
from hotline.exchange.nodes import each, records_folder
from hotline.settings import Settings
from hotline.times import now
from recordings import recordings
from recordings.recordings import Recording, State

SETTLED = timedelta(seconds=2)  # the exchange closes a file within this of the hang-up
WRITER_DEAD = timedelta(minutes=1)
# Callers and operators write too, and SQLite has one writer: short transactions, and time between them for others.
RECORDS_AT_ONCE = 10
OTHERS_FIRST = timedelta(seconds=3)  # FastAGI and listener note most of it at once
RINGS_SETTLED = timedelta(seconds=30)  # nobody waits for these rows; a listener that is behind notes rings first
T = TypeVar("T")
log = structlog.get_logger()


class Book(Protocol[T]):
    """One of those that the exchange writes itself: how its files are read, and their lines noted."""

    def read(self, session: Session, path: Path, *, settings: Settings, before: datetime | None = None) -> Stretch[T]:
        """The next lines of a file."""

    def note(self, session: Session, stretch: Stretch[T], *, settings: Settings) -> None:
        """Note them, and how far we have read."""


def take_in_messages(duty: Duty) -> None:
    """Questions left after the tone become tickets; the slip goes when its ticket stands."""
    with duty.database.reading() as session:
        lost_slips.write(session, settings=duty.settings, at=now())
    _each(duty, partial(_take_in_slip, duty), "messages", "*.txt")


def take_in_records(duty: Duty) -> None:
    """The exchange's own records fill in the calls that nobody of ours saw, and end those that are over."""
    for one in each(duty.settings):
        folder = records_folder(duty.settings, one.exchange_node)
        _each(duty, partial(_read_on, duty, settings=one, book=records, patience=OTHERS_FIRST), folder, "*.csv*")


def take_in_queue_log(duty: Duty) -> None:
    """The exchange's own book of its queues, once its calls are known: each line a row, each ring that nobody saw an
    offer."""
    for one in each(duty.settings):
        folder = records_folder(duty.settings, one.exchange_node)
        read_on = partial(_read_on, duty, settings=one, book=queue_log, patience=RINGS_SETTLED)
        _each(duty, read_on, folder, f"{queue_log.BOOK}*")


def take_in_recordings(duty: Duty) -> None:
    """Recordings of calls that are over are measured, hashed and settled."""
    at = now()
    query = (
        select(Recording, Call.ended_at).join(Call, Call.id == Recording.call_id)
        .where(Recording.state == State.RUNNING, or_(Call.ended_at < at - SETTLED, Call.ended_at > at)).limit(200)
    )  # fmt: skip
    with duty.database.reading() as session:
        rows = session.execute(query).all()
    faults: list[Exception] = []
    taken = list(_taken_in(duty, [(row, ended) for row, ended in rows], faults))
    for first in range(0, len(taken), RECORDS_AT_ONCE):
        with duty.database.writing() as session:
            recordings.settle_all(session, taken[first : first + RECORDS_AT_ONCE])
        sleep(BREATH)
    if faults:
        raise faults[0]


def _taken_in(duty: Duty, rows: list[tuple[Recording, datetime | None]],
              faults: list[Exception]) -> Iterator[Recording]:  # fmt: skip
    """Those that were measured and hashed, without a lock; one that can't be keeps none of the others waiting. What the
    exchange has not closed is still being written; a minute after its last word its writer must have died."""
    for row, ended in rows:
        try:
            at = now()
            must_have_ended = ended is not None and ended < at - WRITER_DEAD
            if recordings.is_finished(row) or (must_have_ended and recordings.is_left(row, after=WRITER_DEAD, at=at)):
                recordings.take_in(row, keep_days=duty.settings.recordings_keep_days, at=at)
                yield row
        except Exception as fault:
            log.warning("sweep.recording_refused", call_id=row.call_id, recording=row.id, fault=type(fault).__name__)
            faults.append(fault)
            if isinstance(fault, OSError) and fault.errno == ENOSPC:  # the others would find no room either
                return


def _each(duty: Duty, take_in: Callable[[Path], None], folder: str, pattern: str) -> None:
    """One file after the other; one that can't be taken in stays, and keeps none of the others waiting."""
    faults: list[Exception] = []
    for path in sorted((duty.settings.spool / folder).glob(pattern)):
        try:
            take_in(path)
        except OperationalError:  # the database is away: the others would only wait for it too
            raise
        except Exception as fault:
            about = {"call_id": path.stem} if folder == "messages" else {}  # its records are of many calls
            log.warning("sweep.file_refused", file=path.name, fault=type(fault).__name__, **about)
            faults.append(fault)
    if faults:
        raise faults[0]


def _take_in_slip(duty: Duty, path: Path) -> None:
    slip = spool.read_slip(path)
    if slip is None:
        return
    with duty.database.reading() as session:
        taken = spool.is_taken_in(session, slip.call_id)
    ticket = None if taken else _take_in_message(duty, slip)
    spool.tidy(slip, settings=duty.settings)
    path.unlink()
    if ticket is not None:
        duty.bus.publish(Event("ticket", call_id=slip.call_id, detail={"number": ticket.number}))


def _take_in_message(duty: Duty, slip: Slip) -> Ticket | None:
    message = spool.look(slip, settings=duty.settings, at=now())  # put together and hashed without a lock
    with duty.database.writing() as session:
        return spool.take_in_message(session, message, settings=duty.settings, at=now())


def _read_on(duty: Duty, path: Path, *, settings: Settings, book: Book[T], patience: timedelta) -> None:
    before = now() - patience
    while True:
        with duty.database.reading() as session:
            stretch = book.read(session, path, settings=settings, before=before)
        for bite in stretch.bites(RECORDS_AT_ONCE):
            with duty.database.writing() as session:
                book.note(session, bite, settings=settings)
            sleep(BREATH)
        if stretch.empty:
            return
