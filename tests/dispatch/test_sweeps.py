"""The worker's sweeps: each does what its rows are owed, and one that fails keeps none of the others from it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import LEASE, Attempt, Callback
from dispatch.callbacks.trunk import Taken
from dispatch.calls import settling
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.endings import end_attempt
from dispatch.calls.queue_events import QueueEvent
from dispatch.sweeps import sweeper
from dispatch.sweeps.duty import Duty, seldom
from dispatch.sweeps.taking_in import take_in_messages
from dispatch.tickets import codes
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.events import Bus
from hotline.parts import Part
from hotline.settings import Settings
from hotline.times import local_day
from hotline.voice.orders import MOST_TRIES, SpeechOrder
from knowledge_base.updates import Reminder
from recordings import recordings
from recordings.archive import archive
from recordings.recordings import Kind, Recording
from recordings.sides import SIDES
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.test_queue_log import line
from tests.dispatch.test_records import event, recorded
from tests.dispatch.test_spool import slip
from tests.dispatch.town import CALL, CALLER, later

AT = later(hours=3)  # 15:00 in Yuxi
SOON = AT + timedelta(seconds=10)


@dataclass
class Worker:
    """A sweeper of one installation, and whom it had the exchange ring."""

    database: Database
    settings: Settings
    rung: list[tuple[str, str]] = field(default_factory=list)
    lines: Taken | None = field(default_factory=Taken)  # what of the trunk is taken; None: the exchange can't be asked
    lives: frozenset[str] | None = frozenset()  # what the exchange says that lives there; None: it can't be asked

    def __post_init__(self) -> None:
        bus = Bus(f"unix://{self.settings.folder}/nobody.sock")
        self.duty = Duty(self.settings, self.database, bus, lambda attempt, number: self.rung.append((attempt.id, number)),
                               lambda: self.lives, lambda: self.lines)  # fmt: skip

    def sweep(self) -> Part:
        sweeper.sweep(self.duty)
        with self.database.reading() as session:
            return session.get_one(Part, ("worker", ""))

    def owe(self, *, spoken: bool = True, personal: bool = False) -> int:
        """A reply that passed the hotline's check."""
        with self.database.writing() as session:
            office = town.unit(session, "101", "玉溪市公安局")
            row = town.ticket(session, self.settings)
            town.bring(session, row, State.TO_CALL_BACK, by=town.staff(session, office), settings=self.settings, personal=personal)
            if spoken:
                session.execute(update(SpeechOrder).values(made_at=AT))
            return row.id


@pytest.fixture
def worker(database: Database, settings: Settings) -> Iterator[Worker]:
    with time_machine.travel(AT, tick=False):
        yield Worker(database, settings)


# -- recordings ---------------------------------------------------------------------------------------------------
def test_a_recording_that_can_not_be_taken_in_keeps_no_other_waiting(worker: Worker) -> None:
    with worker.database.writing() as session:
        for call_id in ("bad", "good"):
            town.call(session, call_id).ended_at = later(minutes=5)
            recordings.expect(session, call_id, kind=Kind.CALL, spool=worker.settings.spool, at=NOON)
    town.sound(worker.settings.spool / "calls" / "good.wav", 9)
    (worker.settings.spool / "calls" / "bad.wav").mkdir()  # whatever it is that can't be read
    with capture_logs() as lines:
        assert not worker.sweep().well, "somebody must look"
    assert [line["call_id"] for line in lines if line["event"] == "sweep.recording_refused"] == ["bad"]
    with worker.database.reading() as session:
        assert {row.call_id: row.state for row in session.scalars(select(Recording))} == {"bad": "running", "good": "complete"}


# -- questions left after the tone --------------------------------------------------------------------------------
def test_a_slip_becomes_a_ticket_and_goes(worker: Worker) -> None:
    path = slip(worker.settings)
    assert worker.sweep().well
    with worker.database.reading() as session:
        assert session.scalars(select(Ticket.call_id)).all() == [CALL]
    assert not path.exists()
    with worker.database.reading() as session:
        kept = session.scalars(select(Recording)).one()
    assert kept.stored
    assert not path.with_suffix(".wav").exists()
    assert archive(worker.settings).intact(kept), "the message was put away whole"


def test_a_message_is_measured_and_hashed_before_anything_is_written(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    sound, writing = slip(worker.settings).with_suffix(".wav"), worker.database.writing
    whole = hashlib.sha256(sound.read_bytes()).hexdigest()

    @contextmanager
    def alone() -> Iterator[Session]:
        sound.unlink(missing_ok=True)  # who writes keeps all others waiting: he looks into no file any more
        with writing() as session:
            yield session

    monkeypatch.setattr(worker.database, "writing", alone)
    take_in_messages(worker.duty)
    with worker.database.reading() as session:
        kept = session.scalars(select(Recording)).one()
        assert (kept.state, kept.seconds, kept.sha256) == ("complete", 5.0, whole)
        assert session.scalars(select(Ticket.title)).one().startswith("电话留言（")


def test_a_slip_that_is_not_whole_stays(worker: Worker) -> None:
    path = slip(worker.settings, whole=False)
    assert worker.sweep().well
    assert path.exists()


def test_a_slip_that_was_taken_in_before_the_worker_died_makes_no_second_ticket(worker: Worker) -> None:
    path = slip(worker.settings)
    content = path.read_text()
    worker.sweep()
    path.write_text(content)
    worker.sweep()
    with worker.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert not path.exists()


def test_a_slip_that_can_not_be_taken_in_keeps_no_other_waiting(worker: Worker) -> None:
    with worker.database.writing() as session:
        town.ticket(session, worker.settings)  # a ticket has that code already
    bad, good = slip(worker.settings, "a-first"), slip(worker.settings, "b-second", code="55555555")
    with capture_logs() as logs:
        part = worker.sweep()
    assert [log["call_id"] for log in logs if log["event"] == "sweep.file_refused"] == ["a-first"]
    assert (bad.exists(), good.exists()) == (True, False), "what can't be taken in is not thrown away"
    assert (part.well, part.words) == (False, "take_in_messages: IntegrityError")
    with worker.database.reading() as session:
        wanted = codes.digest("55555555", settings=worker.settings)
        assert session.scalar(select(Ticket.call_id).where(Ticket.code_digest == wanted)) == "b-second"


# -- the exchange's records ---------------------------------------------------------------------------------------
def test_records_of_a_call_nobody_saw_make_it_a_call_with_its_recording(worker: Worker) -> None:
    recorded(worker.settings, event("ANSWER", 0), *[event("CHAN_START", n) for n in range(70)], event("HANGUP", 20, place="queue"))
    town.sound(worker.settings.spool / "calls" / f"{CALL}.wav", 20)
    assert worker.sweep().well
    with worker.database.reading() as session:
        call = session.get_one(Call, CALL)
        assert (call.ended_at, call.outcome) == (later(seconds=20), Outcome.ABANDONED)
        assert session.scalars(select(Recording.state)).all() == [recordings.State.COMPLETE]


# -- recordings ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("content", "state"), [("sound", "complete"), ("nothing", "missing"), ("rubbish", "missing")])
def test_a_recording_is_settled_once_its_call_is_over(worker: Worker, content: str, state: str) -> None:
    with worker.database.writing() as session:
        set_back = AT + timedelta(hours=1)  # it was over before the clock was set back
        ends = {"over": AT - timedelta(seconds=3), "just-over": AT - timedelta(seconds=1), "runs": None, "set-back": set_back}
        for call_id, ended in ends.items():
            town.call(session, call_id).ended_at = ended
            recordings.expect(session, call_id, kind=Kind.CALL, spool=worker.settings.spool, at=later())
    path = town.sound(worker.settings.spool / "calls" / "set-back.wav").with_name("over.wav")
    if content != "nothing":
        town.sound(path, 4)
    if content == "rubbish":
        path.write_bytes(b"RIFF")
    assert worker.sweep().well
    with worker.database.reading() as session:
        rows = {row.call_id: row.state for row in session.scalars(select(Recording))}
    assert rows == {"over": state, "just-over": "running", "runs": "running", "set-back": "complete"}


@pytest.mark.parametrize(("ago", "state"), [(1, "running"), (50, "running"), (61, "complete")])
def test_what_the_exchange_still_writes_is_not_taken_from_it_though_the_call_is_held_to_be_over(worker: Worker, ago: int, state: str) -> None:
    with worker.database.writing() as session:
        town.call(session).ended_at = AT - timedelta(minutes=10)  # its exchange could not be reached for a while
        recordings.expect(session, CALL, kind=Kind.CALL, spool=worker.settings.spool, at=later())
    sides = [town.sound(worker.settings.spool / "calls" / f"{CALL}.{side}.wav", 4) for side in SIDES]
    for side in sides:
        with side.open("r+b") as file:
            file.seek(40)
            file.write(bytes(4))  # the length is written at the end
        written = AT.timestamp() - ago
        os.utime(side, (written, written))
    assert worker.sweep().well
    with worker.database.reading() as session:
        row = session.scalars(select(Recording)).one()
    assert (row.state, row.seconds) == (state, 4.0 if state == "complete" else None)
    assert [side.exists() for side in sides] == [state == "running"] * 2


# -- call-backs ---------------------------------------------------------------------------------------------------
def test_a_citizen_who_is_owed_a_call_is_rung_once(worker: Worker) -> None:
    worker.owe()
    for _ in range(3):
        worker.sweep()
    with worker.database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
        call = session.get_one(Call, attempt.call_id)
        callback = session.get_one(Callback, attempt.callback_id)
        assert session.scalars(select(Recording.call_id)).all() == [call.id]
    assert worker.rung == [(attempt.id, CALLER)]
    assert (call.direction, call.caller, call.taken_from) == ("out", CALLER, "worker")
    assert (callback.state, callback.attempts, attempt.outcome) == (callbacks.State.DIALLING, 1, "")


def test_while_the_exchange_says_nothing_nobody_is_rung_and_no_attempt_is_lost(worker: Worker) -> None:
    worker.owe()
    worker.lines = None
    worker.sweep()
    with worker.database.reading() as session:
        callback = session.scalars(select(Callback)).one()
    assert (worker.rung, callback.state, callback.attempts) == ([], callbacks.State.DUE, 0)
    worker.lines = Taken(worker.settings.trunk_channels - worker.settings.trunk_reserved)
    worker.sweep()
    assert worker.rung == [], "the rest is for who calls us"
    worker.lines = Taken(worker.settings.trunk_channels - worker.settings.trunk_reserved - 1)
    worker.sweep()
    assert len(worker.rung) == 1


def test_what_acts_on_the_world_comes_after_the_commit(worker: Worker) -> None:
    seen: list[str] = []

    def dial(attempt: Attempt, _number: str) -> None:
        with worker.database.reading() as session:
            seen.append(session.get_one(Attempt, attempt.id).call_id)
        raise RuntimeError("the exchange broke")

    worker.owe()
    broken = Duty(worker.settings, worker.database, Bus("unix:///nobody.sock"), dial, frozenset, Taken)
    with capture_logs():
        sweeper.sweep(broken)
        sweeper.sweep(broken)
    assert len(seen) == 1, "an attempt whose end nobody knows is not made twice"


def test_nobody_is_rung_before_his_reply_can_be_heard(worker: Worker) -> None:
    worker.owe(spoken=False)
    worker.sweep()
    assert worker.rung == []
    with worker.database.writing() as session:
        session.execute(update(SpeechOrder).values(made_at=AT))
    with time_machine.travel(SOON, tick=False):
        worker.sweep()
    assert [number for _, number in worker.rung] == [CALLER]
    with worker.database.reading() as session:
        assert session.scalars(select(Callback.attempts)).all() == [1]


def test_a_reply_that_the_voice_can_not_say_is_left_to_a_person(worker: Worker) -> None:
    worker.owe(spoken=False)
    with worker.database.writing() as session:
        session.execute(update(SpeechOrder).values(tries=MOST_TRIES))
    worker.sweep()
    with time_machine.travel(SOON, tick=False):
        worker.sweep()
    with worker.database.reading() as session:
        callback = session.scalars(select(Callback)).one()
    assert (callback.by_person, callback.state, callback.attempts, worker.rung) == (True, callbacks.State.DUE, 0, [])


def test_a_personal_reply_rings_nobody_by_machine(worker: Worker) -> None:
    worker.owe(personal=True)
    worker.sweep()
    assert worker.rung == []


def test_an_attempt_that_nobody_finished_counts_and_the_next_is_made_an_hour_later(worker: Worker) -> None:
    worker.owe()
    worker.sweep()
    with time_machine.travel(AT + LEASE + timedelta(seconds=1), tick=False):
        worker.sweep()
        with worker.database.reading() as session:
            assert session.scalars(select(Attempt.outcome)).all() == ["in_doubt"]
    assert len(worker.rung) == 1
    with time_machine.travel(AT + LEASE + timedelta(minutes=61), tick=False):
        worker.sweep()
    assert len(worker.rung) == 2


@pytest.mark.parametrize("lives_as", ["id", "call_id"])
def test_who_still_listens_after_a_long_reply_is_not_given_up_and_his_grade_counts(worker: Worker, lives_as: str) -> None:
    worker.owe()
    with worker.database.writing() as session:
        other = town.ticket(session, worker.settings, code="")  # another matter of the same citizen
        session.add(Callback(ticket_id=other.id, number=CALLER, due_at=AT))
    worker.sweep()
    with worker.database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
    worker.lives = frozenset({getattr(attempt, lives_as)})
    for minutes in (6, 12, 18):
        with time_machine.travel(AT + timedelta(minutes=minutes), tick=False):
            worker.sweep()
    assert len(worker.rung) == 1, "nor is he rung for anything else meanwhile"
    with worker.database.writing() as session:
        mine = session.get_one(Attempt, attempt.id)
        end_attempt(session, mine, outcome=callbacks.TOLD, grade=1, settings=worker.settings, at=AT + timedelta(minutes=19))
        assert session.get_one(Callback, mine.callback_id).ticket.satisfaction == 1
    worker.lives = frozenset()
    with time_machine.travel(AT + timedelta(minutes=20), tick=False):
        worker.sweep()
    assert len(worker.rung) == 2


def test_while_the_exchange_can_not_be_asked_no_attempt_is_given_up(worker: Worker) -> None:
    worker.owe()
    worker.sweep()
    worker.lives = None
    with time_machine.travel(AT + timedelta(hours=2), tick=False):
        worker.sweep()
        worker.lives = frozenset()
        with worker.database.reading() as session:
            assert session.scalars(select(Attempt.outcome)).all() == [""]
        worker.sweep()
    with worker.database.reading() as session:
        assert session.scalars(select(Attempt.outcome)).all() == ["in_doubt"]
        assert session.scalars(select(Callback.attempts)).all() == [1], "in doubt counts as made"
    assert len(worker.rung) == 1


def test_an_attempt_that_the_exchanges_records_know_is_no_longer_in_doubt(worker: Worker) -> None:
    worker.owe()
    worker.sweep()
    with worker.database.reading() as session:
        call_id = session.scalars(select(Attempt.call_id)).one()
    hours = AT - later()
    recorded(worker.settings, event("ANSWER", hours.seconds + 5, call_id=call_id), event("HANGUP", hours.seconds + 20, call_id=call_id))
    with time_machine.travel(AT + timedelta(hours=2), tick=False):
        worker.sweep()
    with worker.database.reading() as session:
        assert session.scalars(select(Attempt.outcome).where(Attempt.call_id == call_id)).all() == ["broken_off"]


# -- the exchange's book of its queues ----------------------------------------------------------------------------
def test_of_each_exchange_the_book_of_its_queues_is_taken_in_once_and_what_is_young_waits(worker: Worker) -> None:
    several = worker.settings.model_copy(update={"more_exchanges": "exchange2=127.0.0.1:5039/127.0.0.1:5061"})
    here = Worker(worker.database, several)
    for folder in ("cel", "cel/exchange2"):
        path = several.spool / folder / "queue_log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line(0, "RINGNOANSWER", 5000) + line(3600 * 3 - 31, "ABANDON", 1, 1, 9) + line(3600 * 3 - 29, "ABANDON", 1, 1, 9))
    for _ in range(2):
        assert here.sweep().well
        with here.database.reading() as session:
            assert session.execute(select(QueueEvent.node, func.count()).group_by(QueueEvent.node).order_by(QueueEvent.node)).all() == [("exchange1", 2), ("exchange2", 2)]


# -- all together -------------------------------------------------------------------------------------------------
def test_the_audit_trail_is_sealed_a_few_rows_at_a_time(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.sweeps.keeping.SEALED_AT_ONCE", 2)
    worker.owe()
    worker.sweep()
    with worker.database.reading() as session:
        assert chain.unsealed(session) == 0
        assert list(chain.verify(session)) == []


@pytest.mark.parametrize("broken", ["dispatch.calls.spool.take_in_message", "dispatch.calls.records.note", "recordings.recordings.take_in", "dispatch.callbacks.callbacks.release",
                                    "dispatch.callbacks.callbacks.claim", "hotline.audit.chain.seal"])
def test_one_failing_sweep_stops_none_of_the_others(worker: Worker, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.owe()
    slip(worker.settings, "left", code="55555555", caller="13800000002")
    recorded(worker.settings, event("ANSWER", 0, call_id="seen"), event("HANGUP", 20, call_id="seen"))
    with worker.database.writing() as session:
        settling.end(session, CALL, at=later(minutes=1))
        recordings.expect(session, CALL, kind=Kind.CALL, spool=worker.settings.spool, at=later())
    town.sound(worker.settings.spool / "calls" / f"{CALL}.wav")

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("broken for this test")

    with monkeypatch.context() as trouble, capture_logs():
        trouble.setattr(broken, fails)
        assert not worker.sweep().well
    with worker.database.reading() as session:
        done = {
            "dispatch.calls.spool.take_in_message": session.scalar(select(Ticket.id).where(Ticket.call_id == "left")) is not None,
            "dispatch.calls.records.note": session.get(Call, "seen") is not None,
            "recordings.recordings.take_in": session.scalar(select(Recording.state).where(Recording.call_id == CALL)) == "complete",
            "dispatch.callbacks.callbacks.claim": len(worker.rung) == 1,
            "hotline.audit.chain.seal": chain.unsealed(session) == 0,
        }
    failing = {broken}
    if broken == "recordings.recordings.take_in":
        failing.add("dispatch.calls.spool.take_in_message")  # a slip's sound is measured by the same function
    assert {name for name, well in done.items() if not well} == failing & done.keys()
    assert worker.sweep().well, "what was owed is done as soon as it can be"


# -- reminders of an update ---------------------------------------------------------------------------------------
def test_a_department_is_reminded_once_and_not_looked_for_again_at_once(worker: Worker) -> None:
    with worker.database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局")
        office.confirmed_on = local_day(AT) - timedelta(days=100)
    assert worker.sweep().well
    with worker.database.reading() as session:
        (first,) = session.scalars(select(Reminder)).all()
        noted = session.scalars(select(AuditRow.details).where(AuditRow.deed == "update.reminded")).one()
    assert (first.step, noted["step"]) == ("7", 7)  # due on the 15th, eight days ago
    with worker.database.writing() as session:
        session.delete(session.get_one(Reminder, first.id))
    assert worker.sweep().well
    with worker.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reminder)) == 0
    with time_machine.travel(AT + timedelta(minutes=11), tick=False):
        assert worker.sweep().well
        assert worker.sweep().well
    with worker.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reminder)) == 1


def test_what_is_looked_for_seldom_is_looked_for_at_the_next_beat_where_it_broke_off_or_there_is_more(worker: Worker) -> None:
    found, looks = iter((RuntimeError("broken"), True, False)), list[datetime]()

    @seldom("this")
    def look(duty: Duty, at: datetime) -> bool:
        assert duty is worker.duty
        looks.append(at)
        if isinstance(what := next(found), RuntimeError):
            raise what
        return what

    with pytest.raises(RuntimeError):
        look(worker.duty)
    for _ in range(3):
        look(worker.duty)
    assert looks == [AT] * 3, "the last time nothing was left"
    with time_machine.travel(AT + timedelta(minutes=10), tick=False), pytest.raises(StopIteration):
        look(worker.duty)


def test_a_disk_that_fills_up_is_the_workers_trouble_and_stands_in_the_log(worker: Worker) -> None:
    assert worker.sweep().well
    worker.settings = worker.settings.model_copy(update={"disk_alarm_percent": 100})
    worker.__post_init__()
    with capture_logs() as logs:
        part = worker.sweep()
    assert not part.well
    assert part.words.startswith("disk: ")
    assert "disk.nearly_full" in [line["event"] for line in logs]
