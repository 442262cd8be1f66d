"""What the worker does when it is woken: each sweep looks for rows that are owed something, and does it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import sleep

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch import (
    alerts,
    callbacks,
    corrections,
    facts,
    filing,
    joint,
    ladder,
    learning,
    lost_slips,
    missed,
    records,
    recounting,
    spool,
    surveys,
    trunk,
)
from dispatch.callbacks import Attempt
from dispatch.calls import Call
from dispatch.endings import end_attempt
from dispatch.reconciling import nightly
from dispatch.tickets import Ticket, write_step
from dispatch.trunk import Taken
from hotline import parts
from hotline.audit import chain
from hotline.database import Database
from hotline.events import Bus, Event
from hotline.exchange.nodes import each, records_folder
from hotline.settings import Settings
from hotline.times import now
from hotline.voice import orders
from knowledge_base import reminders, schedule
from knowledge_base.transitions import LifeError
from recordings import keeping, recordings
from recordings.archive import archive
from recordings.recordings import Recording, State

SETTLED = timedelta(seconds=2)  # the exchange closes a file within this of the hang-up
# Callers and operators write too, and SQLite has one writer: short transactions, and time between them for others.
RECORDS_AT_ONCE, SEALED_AT_ONCE = 10, 300
OTHERS_FIRST = timedelta(seconds=3)  # FastAGI and listener note most of it at once
BREATH = 0.03
WRITER_DEAD = timedelta(minutes=1)
SELDOM = timedelta(minutes=10)
Dial = Callable[[Attempt, str], None]
Lines = Callable[[], Taken | None]
Living = Callable[[], frozenset[str] | None]
log = structlog.get_logger()


@dataclass(frozen=True)
class Sweeper:
    """The sweeps of one installation; `dial` asks the exchange to ring a number for an attempt, `living` for the ids
    of the channels and calls that live there, `lines` for what of the trunk is taken (None: it can't be asked)."""

    settings: Settings
    database: Database
    bus: Bus
    dial: Dial
    living: Living
    lines: Lines
    looked: dict[str, datetime] = field(default_factory=dict)  # when what is looked for seldom was looked for last
    calendar: dict[str, object] = field(default_factory=dict)  # by which state of the calendar deadlines were counted

    def sweep(self) -> None:
        """All sweeps once; one that fails does not keep the others from their work, and its rows stay owed."""
        work = (
            self.take_in_messages, self.take_in_records, self.take_in_recordings, self.settle_stranded,
            self.gather_missed, self.tidy_surveys, self.call_back, self.climb, self.go_on, self.keep_knowledge,
            self.remind, self.learn, self.recount, self.file, self.keep_recordings, self.seal,
        )  # fmt: skip
        troubles = [trouble for sweep in work if (trouble := self._guarded(sweep))]
        if (free := free_percent(self.settings.folder)) < self.settings.disk_alarm_percent:
            log.error("disk.nearly_full", free_percent=free)
            troubles.append(f"disk: {free} % free, recording is about to fail")
        with self.database.writing() as session:
            parts.beat(session, "worker", well=not troubles, words="; ".join(troubles), at=now())

    def take_in_messages(self) -> None:
        """Questions left after the tone become tickets; the slip goes when its ticket stands."""
        with self.database.reading() as session:
            lost_slips.write(session, settings=self.settings, at=now())
        self._each(self._take_in_slip, "messages", "*.txt")

    def take_in_records(self) -> None:
        """The exchange's own records fill in the calls that nobody of ours saw, and end those that are over."""
        for one in each(self.settings):
            folder = records_folder(self.settings, one.exchange_node)
            self._each(partial(self._read_on, settings=one), folder, "*.csv*")

    def take_in_recordings(self) -> None:
        """Recordings of calls that are over are measured, hashed and settled."""
        at = now()
        query = (
            select(Recording, Call.ended_at).join(Call, Call.id == Recording.call_id)
            .where(Recording.state == State.RUNNING, or_(Call.ended_at < at - SETTLED, Call.ended_at > at)).limit(200)
        )  # fmt: skip
        with self.database.reading() as session:
            rows = session.execute(query).all()
        # What the exchange has not closed is still being written; after a minute its writer must have died.
        long_over = at - WRITER_DEAD
        owed = [row for row, ended in rows if recordings.is_finished(row) or (ended and ended < long_over)]
        for row in owed:
            recordings.take_in(row, keep_days=self.settings.recordings_keep_days, at=now())  # hashed without a lock
        for first in range(0, len(owed), RECORDS_AT_ONCE):
            with self.database.writing() as session:
                recordings.settle_all(session, owed[first : first + RECORDS_AT_ONCE])
            sleep(BREATH)

    def settle_stranded(self) -> None:
        """Claims that nobody used are released. Attempts of which nothing was heard for long are looked for: in the
        exchange's records, which were read before this, and among its channels. What still runs goes on; what is
        nowhere counts as made."""
        at = now()
        with self.database.writing() as session:
            callbacks.release(session, at=at)
        with self.database.reading() as session:
            looked_for = bool(callbacks.stranded(session, at=at))
        if not looked_for or (lives := self.living()) is None:  # nor could anybody be rung again
            return
        with self.database.writing() as session:
            for attempt in callbacks.stranded(session, at=at):
                if {attempt.id, attempt.call_id} & lives:
                    callbacks.runs_on(session, attempt, at=at)
                else:
                    end_attempt(session, attempt, outcome="in_doubt", settings=self.settings, at=at)

    def gather_missed(self) -> None:
        """Callers whom nobody answered become tasks; those who have come through meanwhile are rung by nobody."""
        at = now()
        with self.database.reading() as session:
            owed = bool(missed.unnoted(session, at=at))
        while owed:
            with self.database.writing() as session:
                owed = missed.gather(session, settings=self.settings, at=at) == missed.MOST
            sleep(BREATH)
        with self.database.reading() as session:
            through = missed.came_through(session)
        for missed_id, over in dict(reversed(through)).items():  # of several calls the first decides
            with self.database.writing() as session:
                missed.close(session, missed_id, over, at=at)

    def tidy_surveys(self) -> None:
        """Who was cut off and could not be rung in time, or rings again himself, is not rung to rate any more."""
        with self.database.reading() as session:
            owed = surveys.owes(session)
        if owed:
            with self.database.writing() as session:
                surveys.tidy(session, settings=self.settings, at=now())

    def call_back(self) -> None:
        """Ring the citizens who are owed a call: claimed, noted and committed before the exchange is asked. While it
        can't tell what of the trunk is taken, nobody is rung, and no attempt is lost."""
        with self.database.reading() as session:
            waits = callbacks.waits(session, settings=self.settings, at=now())
        if not waits or (lines := self.lines()) is None:
            return
        while (owed := self._claimed(lines)) is not None:
            attempt, number = owed
            self.dial(attempt, number)

    def keep_knowledge(self) -> None:
        """Publish what waited for its moment, and end what has run out; what can't be published stays where it is."""
        with self.database.reading() as session:
            owed = schedule.owed(session, at=now())
        for version_id in owed:
            try:
                with self.database.writing() as session:
                    schedule.settle(session, version_id, settings=self.settings, at=now())
            except LifeError as refused:
                log.warning("sweep.not_published", version=version_id, why=str(refused))
                with self.database.writing() as session:
                    schedule.put_off(session, version_id, why=str(refused), at=now())
            sleep(BREATH)

    def remind(self) -> None:
        """Tell departments that their update is near or over its day. All that is published is gone through for it:
        once in ten minutes is enough for what is owed by the day."""
        at = now()
        if at - self.looked.get("reminders", at - SELDOM) < SELDOM:
            return
        with self.database.reading() as session:
            owed = reminders.owed(session, settings=self.settings, at=at)
        for one in owed:
            with self.database.writing() as session:
                reminders.remind(session, one, at=at)
        self.looked["reminders"] = at

    def climb(self) -> None:
        """Remind of deadlines, and go up the ladder with what is over them, each rung once; late shares too."""
        at = now()
        with self.database.reading() as session:
            owed = ladder.owed(session, at=at)
        for ticket_id in owed:
            with self.database.writing() as session:
                ladder.climb(session, ticket_id, settings=self.settings, at=at)
            sleep(BREATH)
        with self.database.reading() as session:
            late = joint.owed(session, at=at)
        for share_id in late:
            with self.database.writing() as session:
                joint.late(session, share_id, at=at)

    def go_on(self) -> None:
        """What waited for its caller's facts as long as it may is the department's again."""
        at = now()
        with self.database.reading() as session:
            owed = facts.owed(session, at=at)
        for ticket_id in owed:
            with self.database.writing() as session:
                facts.go_on(session, ticket_id, settings=self.settings, at=at)

    def learn(self) -> None:
        """Keep the list of what nobody could find, drop old askings, and measure at night what phrasings bring."""
        learning.gather(self.database)
        learning.tidy(self.database, self.settings, looked=self.looked, at=now())
        learning.measure_at_night(self.database, looked=self.looked, at=now())

    def recount(self) -> None:
        """When the calendar changed, the deadlines of what runs are counted again."""
        with self.database.reading() as session:
            stands = recounting.calendar_now(session)
            if stands == self.calendar.get("counted"):
                return
            owed = recounting.moved(session, settings=self.settings)
        for ticket_id in owed:
            with self.database.writing() as session:
                ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
                recounting.recount(session, ticket, settings=self.settings, at=now())
            sleep(BREATH)
        self.calendar["counted"] = stands

    def file(self) -> None:
        """Put away what was closed long enough ago; it waits for nobody, so it is looked for seldom."""
        at = now()
        if at - self.looked.get("filing", at - SELDOM) < SELDOM:
            return
        with self.database.writing() as session:
            filed = filing.file_closed(session, settings=self.settings, at=at)
        if filed < filing.AT_ONCE:
            self.looked["filing"] = at

    def keep_recordings(self) -> None:
        """Put away what was taken in, packed and sealed; seal anew what an older key sealed. At night all is held
        against everything else, and what is due is destroyed."""
        there = archive(self.settings)
        keeping.put_away(self.database, there, put_off=self.looked, at=now())
        keeping.move(there)
        keeping.reseal(self.database, there, put_off=self.looked, at=now())
        nightly.at_night(self.settings, self.database, at=now())

    def seal(self) -> None:
        """Chain what the audit trail has gained."""
        with self.database.reading() as session:
            owes = chain.owes(session)
        while owes:
            with self.database.writing() as session:
                owes = chain.seal(session, most=SEALED_AT_ONCE) == SEALED_AT_ONCE
            sleep(BREATH)

    def _claimed(self, lines: Taken) -> tuple[Attempt, str] | None:
        at = now()
        with self.database.writing() as session:
            callback = trunk.claim(session, lines, settings=self.settings, at=at)
            if callback is None:
                return None
            names = [] if callback.survey_of else self._ordered(session, callback.replied, at)
            if orders.unmade(session, names):
                callback.state, callback.due_at = callbacks.State.DUE, at + timedelta(seconds=5)
                callback.by_person = orders.hopeless(session, names)
                if callback.by_person:
                    alerts.callback_owed(session, callback.replied, at=at)
                return None
            return callbacks.place(session, callback, settings=self.settings, at=at), callback.number

    def _ordered(self, session: Session, ticket: Ticket, at: datetime) -> list[str]:
        """The sounds of what will be spoken: the reply; of a correction what holds by now, and what to say should
        that fall away."""
        holds = corrections.owed_words(session, ticket, settings=self.settings, at=at)
        if ticket.reply != holds.text:
            ticket.reply = holds.text
            write_step(session, ticket, "reword", by="hotline", source=ticket.state, at=at, reply=ticket.reply)
        texts = dict.fromkeys((holds.text, holds.without))
        return [n for t in texts for n in orders.order(session, t, voice=self.settings.voice, urgent=True, at=at)]

    def _each(self, take_in: Callable[[Path], None], folder: str, pattern: str) -> None:
        """One file after the other; one that can't be taken in stays, and keeps none of the others waiting."""
        faults: list[Exception] = []
        for path in sorted((self.settings.spool / folder).glob(pattern)):
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

    def _take_in_slip(self, path: Path) -> None:
        slip = spool.read_slip(path)
        if slip is None:
            return
        with self.database.writing() as session:
            ticket = spool.take_in_message(session, slip, settings=self.settings, at=now())
        spool.tidy(slip, settings=self.settings)
        path.unlink()
        if ticket is not None:
            self.bus.publish(Event("ticket", call_id=slip.call_id, detail={"number": ticket.number}))

    def _read_on(self, path: Path, *, settings: Settings) -> None:
        before = now() - OTHERS_FIRST
        while True:
            with self.database.reading() as session:
                stretch = records.read(session, path, settings=settings, before=before)
            if stretch.end == stretch.start:
                return
            for bite in stretch.bites(RECORDS_AT_ONCE):
                with self.database.writing() as session:
                    records.note(session, bite, settings=settings)
                sleep(BREATH)

    def _guarded(self, sweep: Callable[[], None]) -> str:
        try:
            sweep()
        except Exception as fault:
            log.exception("sweep.failed", sweep=sweep.__name__)
            return f"{sweep.__name__}: {type(fault).__name__}"
        return ""


def free_percent(folder: Path) -> int:
    """How much of the disk below a folder is free, in whole percents."""
    usage = shutil.disk_usage(folder)
    return int(100 * usage.free / usage.total)
