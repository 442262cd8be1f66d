"""Reconciliation: every way in which calls, rows and files may disagree is found, told, and mended where it can be."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from dispatch.calls.calls import Call, CallStep, Leg
from dispatch.reconciling import nightly
from dispatch.reconciling.reconciler import Reconciler
from hotline.database import Database
from hotline.kept.errors import StoreError
from hotline.settings import Settings
from hotline.times import local_day
from recordings import findings, keeping, recordings
from recordings.archive import archive
from recordings.errors import RecordingError
from recordings.findings import Done, Finding, Reconciliation
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind, Recording, State
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

AT = later(days=1)
LONG_AGO = NOON.timestamp()


@dataclass
class Registry:
    """Calls, their rows and their files."""

    database: Database
    settings: Settings

    def call(self, call_id: str, *, seconds: float = 20, recorded: bool = True, kept: bool = True) -> str:
        with self.database.writing() as session:
            town.call(session, call_id).ended_at = later(seconds=seconds)
            if recorded:
                row = recordings.expect(session, call_id, kind=Kind.CALL, spool=self.settings.spool, at=NOON)
                old(town.sound(Path(row.path), seconds))
                recordings.take_in(row, keep_days=30, at=later(minutes=5))
        if kept:
            self.put_away()
        return call_id

    def put_away(self) -> None:
        keeping.put_away(self.database, archive(self.settings), put_off={}, at=later(minutes=6))

    def row(self, call_id: str) -> Recording:
        with self.database.reading() as session:
            return session.scalars(select(Recording).where(Recording.call_id == call_id)).one()

    def spoken(self, call_id: str) -> Path:
        return self.settings.spool / "calls" / f"{call_id}.wav"

    def stored(self, call_id: str) -> Path:
        return self.settings.folder / "recordings" / self.row(call_id).stored

    def reconcile(self, *, whole: bool = False, days: int = 1) -> list[tuple[Wrong, str, Done]]:
        """What was found this time."""
        there = Reconciler(self.settings, self.database, archive(self.settings), whole=whole)
        at = later(days=days)
        done = there.run(by="test", at=at)
        with self.database.reading() as session:
            kept = session.get_one(Reconciliation, done.id)
            found = session.scalars(select(Finding).where(Finding.seen_at == at).order_by(Finding.id)).all()
        assert sum(kept.counts.values()) == len(found)
        return [(Wrong(one.kind), one.call_id or one.thing, Done(one.done)) for one in found]

    def finding(self, *kinds: Wrong) -> Finding:
        with self.database.reading() as session:
            return session.scalars(select(Finding).where(Finding.kind.in_(kinds or set(Wrong)))).one()


def old(path: Path) -> Path:
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def registry(database: Database, settings: Settings) -> Registry:
    made = Registry(database, settings)
    made.call("well")
    return made


def test_where_all_agrees_nothing_is_found(registry: Registry) -> None:
    registry.call("another")
    registry.call("in-the-spool", kept=False)
    assert registry.reconcile(whole=True) == []


def test_a_call_without_a_row_gets_one_and_its_file_is_taken_in(registry: Registry) -> None:
    registry.call("lost", recorded=False)
    old(town.sound(registry.spoken("lost"), 20))
    registry.call("bare", recorded=False)
    assert registry.reconcile() == [(Wrong.UNOWNED, "lost", Done.TAKEN_IN), (Wrong.NO_RECORDING, "bare", Done.LEFT)]
    registry.put_away()
    assert archive(registry.settings).intact(registry.row("lost"))
    assert registry.row("bare").state == State.MISSING
    for days in (2, 40):
        assert registry.reconcile(days=days) == [(Wrong.NO_RECORDING, "bare", Done.LEFT)], "and it is not found twice"
        assert registry.finding(Wrong.NO_RECORDING).open, "until a person settles it, however long ago it was"


def test_a_call_that_was_over_at_once_had_nothing_to_record(registry: Registry) -> None:
    registry.call("at-once", seconds=1, recorded=False)
    assert registry.reconcile() == [(Wrong.NO_RECORDING, "at-once", Done.TOO_SHORT)]
    assert registry.reconcile(days=2) == []


def test_a_leg_or_a_message_whose_sound_is_nowhere_is_told_until_a_person_settles_it_or_it_turns_up(registry: Registry) -> None:
    registry.call("handed", seconds=300)
    with registry.database.writing() as session:
        session.add(Leg(node="x", uniqueid="brief", call_id="handed", began_at=NOON, ended_at=later(seconds=1)))
        parts = {"liaison": Kind.LEG, "officer": Kind.LEG, "brief": Kind.LEG, "": Kind.MESSAGE}
        rows = [recordings.expect(session, "handed", kind=kind, leg=leg, spool=registry.settings.spool, at=NOON) for leg, kind in parts.items()]
        assert not any(recordings.take_in(row, keep_days=30, at=later(minutes=5)) for row in rows)
        liaison, officer, message = (rows[n].path for n in (0, 1, 3))
    told = (Wrong.NO_FILE, "handed", Done.LEFT)
    assert registry.reconcile() == [told, told, (Wrong.NO_FILE, "handed", Done.TOO_SHORT), told]
    with registry.database.writing() as session:
        assert set(session.scalars(select(Finding.thing).where(Finding.open.is_(True)))) == {liaison, officer, message}
        settled = session.scalars(select(Finding).where(Finding.thing == officer)).one()
        findings.settle(session, settled, by="quality", remark="交换机重启", at=later(days=1))
    old(town.sound(Path(liaison), 5))
    assert registry.reconcile(days=2) == [told, (Wrong.UNOWNED, "handed", Done.TAKEN_IN)]
    with registry.database.reading() as session:
        assert session.scalars(select(Finding.thing).where(Finding.open.is_(True))).all() == [message]


def test_a_recording_whose_call_nobody_knows_is_told(registry: Registry) -> None:
    registry.call("strange")
    with registry.database.writing() as session:
        session.execute(delete(CallStep).where(CallStep.call_id == "strange"))
        session.execute(delete(Call).where(Call.id == "strange"))
    assert registry.reconcile() == [(Wrong.NO_CALL, "strange", Done.LEFT)]


def test_a_file_of_no_call_stays_where_it_is(registry: Registry) -> None:
    path = old(town.sound(registry.spoken("nobodys"), 5))
    assert registry.reconcile() == [(Wrong.UNOWNED, str(path), Done.LEFT)]
    assert path.exists()
    young = town.sound(registry.spoken("just-now"), 5)
    os.utime(young, (AT.timestamp(), AT.timestamp()))
    assert len(registry.reconcile()) == 1, "what is young may still be under way"


def test_a_file_that_turned_up_late_is_taken_in(registry: Registry) -> None:
    registry.call("late", kept=False)
    path = registry.spoken("late")
    content = path.read_bytes()
    path.unlink()
    with registry.database.writing() as session:
        session.execute(update(Recording).where(Recording.call_id == "late").values(state=State.MISSING, sha256=""))
    assert registry.reconcile() == [(Wrong.NO_RECORDING, "late", Done.LEFT)]
    path.write_bytes(content)
    old(path)
    assert registry.reconcile(days=2) == [(Wrong.UNOWNED, "late", Done.TAKEN_IN)]
    assert registry.row("late").state == State.COMPLETE
    with registry.database.reading() as session:
        assert session.scalars(select(Finding.open).where(Finding.kind == Wrong.NO_RECORDING)).one() is False


def test_a_recording_that_was_never_settled_is_taken_in_or_told(registry: Registry) -> None:
    for call_id in ("owed", "unread", "nowhere"):
        registry.call(call_id, recorded=False)
        with registry.database.writing() as session:
            recordings.expect(session, call_id, kind=Kind.CALL, spool=registry.settings.spool, at=NOON)
    old(town.sound(registry.spoken("owed"), 20))
    registry.spoken("unread").mkdir()
    old(registry.spoken("unread"))
    assert set(registry.reconcile()) == {(Wrong.UNOWNED, "owed", Done.TAKEN_IN), (Wrong.UNOWNED, "unread", Done.LEFT),
                                         (Wrong.NO_RECORDING, "nowhere", Done.LEFT), (Wrong.NO_RECORDING, "unread", Done.LEFT)}  # fmt: skip
    assert registry.row("owed").state == State.COMPLETE


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_while_a_file_that_turned_up_late_is_read_others_write(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be of hours, and the database has one writer at a time."""
    take_in, read = recordings.take_in, list[str]()

    def while_others_write(row: Recording, **how: Any) -> bool:
        with closing(sqlite3.connect(registry.database.address.removeprefix("sqlite:///"), timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            read.append(row.call_id)
            there = take_in(row, **how)
            other.execute("ROLLBACK")
        return there

    for call in ("late", "later"):
        registry.call(call, recorded=False)
        old(town.sound(registry.spoken(call), 20))
    monkeypatch.setattr(recordings, "take_in", while_others_write)
    assert registry.reconcile() == [(Wrong.UNOWNED, call, Done.TAKEN_IN) for call in ("late", "later")]
    assert (read, registry.row("late").state, registry.row("late").seconds) == (["late", "later"], State.COMPLETE, 20)


def test_a_copy_of_what_is_kept_leaves_the_spool(registry: Registry) -> None:
    path = old(town.sound(registry.spoken("well"), 20))
    assert registry.reconcile() == [(Wrong.UNOWNED, "well", Done.REMOVED)]
    assert not path.exists()
    assert registry.stored("well").exists()


def test_an_object_that_an_older_key_sealed_goes_and_a_strangers_stays(registry: Registry) -> None:
    kept = registry.stored("well")
    leftover, strange = kept.with_suffix(".k0000"), kept.with_name("999-0123456789abcdef.k0000")
    for path in (leftover, strange):
        path.write_bytes(b"x")
    assert sorted(registry.reconcile(), key=lambda f: f[2]) == [
        (Wrong.UNOWNED, strange.relative_to(registry.settings.folder / "recordings").as_posix(), Done.LEFT),
        (Wrong.UNOWNED, "well", Done.REMOVED),
    ]
    assert (leftover.exists(), strange.exists(), kept.exists()) == (False, True, True)


def test_what_is_sealed_anew_while_all_is_looked_at_is_not_taken_for_a_leftover(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    there, found, keep = archive(registry.settings), list[tuple[Wrong, str, Done]](), keeping._keep

    def looked_at(*what: Any, **more: Any) -> bool:
        found.extend(registry.reconcile(whole=True))
        return keep(*what, **more)

    there.ring.add(there.cipher, on=local_day(AT))
    monkeypatch.setattr(keeping, "_keep", looked_at)
    keeping.reseal(registry.database, there, put_off={}, at=AT)
    assert found == []
    assert there.intact(registry.row("well"))
    assert registry.row("well").key_id == there.ring.current_id(there.cipher)


@pytest.mark.parametrize("made", ["well.x1y2z3.new", "well.caller.wav.new"])
def test_a_whole_that_somebody_died_over_goes_from_the_spool(registry: Registry, made: str) -> None:
    half = registry.spoken("well").with_name(made)
    half.write_bytes(b"RIFF: what somebody said, in plain")
    assert registry.reconcile() == [], "it may be under way"
    old(half)
    assert registry.reconcile(days=2) == [(Wrong.UNOWNED, str(half), Done.REMOVED)]
    assert not half.exists()


@pytest.mark.parametrize("name", ["{kept.stem}.k0000.0a1b2c3d.new", "{kept.name}.0a1b2c3d.new"])
def test_what_somebody_died_over_goes(registry: Registry, name: str) -> None:
    kept = registry.stored("well")
    half = kept.with_name(name.format(kept=kept))
    half.write_bytes(b"half of it")
    assert registry.reconcile() == [(Wrong.UNOWNED, "well", Done.REMOVED)]
    assert not half.exists()


def test_a_row_whose_file_is_gone_is_put_away_again_from_the_spool_or_wants_a_backup(registry: Registry) -> None:
    content = town.sound(registry.spoken("well"), 20).read_bytes()
    registry.spoken("well").unlink()
    kept = registry.stored("well")
    backup = kept.read_bytes()
    kept.unlink()
    assert registry.reconcile() == [(Wrong.NO_FILE, "well", Done.RESTORE)]
    assert registry.finding().open
    kept.write_bytes(backup)
    assert registry.reconcile(days=2) == []
    assert registry.finding().done == Done.AGREES, "it was put back"
    kept.unlink()
    registry.spoken("well").write_bytes(content)
    old(registry.spoken("well"))
    assert (Wrong.NO_FILE, "well", Done.PUT_BACK) in registry.reconcile(days=3)
    registry.put_away()
    assert archive(registry.settings).intact(registry.row("well"))


def test_a_row_that_waits_to_be_put_away_and_has_no_file_is_told(registry: Registry) -> None:
    registry.call("gone", kept=False)
    registry.spoken("gone").unlink()
    assert registry.reconcile() == [(Wrong.NO_FILE, "gone", Done.RESTORE)]


@pytest.mark.parametrize("spoil", ["bit", "length"])
def test_a_sound_that_is_not_what_was_taken_in_is_found(registry: Registry, spoil: str) -> None:
    kept = registry.stored("well")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:] if spoil == "bit" else whole[:-1])
    assert bool(registry.reconcile()) is (spoil == "length"), "each night the sizes; the sounds in turn"
    found = registry.reconcile(whole=True, days=2)
    assert {one[0] for one in found} == {Wrong.MISMATCH}
    assert {one[2] for one in found} == {Done.RESTORE}
    kept.write_bytes(whole)
    assert registry.reconcile(days=3) == []
    assert registry.finding().done == Done.AGREES


def test_every_sound_is_hashed_again_in_turn(registry: Registry) -> None:
    with registry.database.writing() as session:
        session.execute(update(Recording).values(checked_at=NOON - timedelta(days=100)))
    kept = registry.stored("well")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    assert registry.reconcile() == [(Wrong.MISMATCH, "well", Done.RESTORE)]


def test_a_person_settles_what_is_open_with_a_remark_and_it_is_not_asked_again(registry: Registry) -> None:
    registry.call("bare", recorded=False)
    registry.reconcile()
    with registry.database.writing() as session:
        row = session.scalars(select(Finding)).one()
        with pytest.raises(RecordingError, match="写明"):
            findings.settle(session, row, by="supervisor", remark=" ", at=AT)
        findings.settle(session, row, by="supervisor", remark="交换机当时磁盘已满", at=AT)
        with pytest.raises(RecordingError, match="已经处理"):
            findings.settle(session, row, by="supervisor", remark="再来", at=AT)
    assert registry.reconcile(days=2) == []
    assert (registry.finding().done, registry.finding().settled_by) == (Done.BY_HAND, "supervisor")


def test_names_are_met_in_the_order_of_their_bytes(registry: Registry) -> None:
    """The database's own order of letters is another: beside each other, none may be passed over."""
    for n in range(12):
        registry.call(f"call-{n}")
    with registry.database.writing() as session:
        for row in session.scalars(select(Recording)):
            name = f"2026/11/23/{'Zz_.a-'[row.id % 6]}{row.id}"
            path = registry.settings.folder / "recordings" / row.stored
            path.rename(registry.settings.folder / "recordings" / name)
            row.stored = name
    assert registry.reconcile() == []


def looks(registry: Registry, night: datetime, looked: dict[str, datetime], **after: float) -> bool:
    """Whether the worker begins it so long after that moment; it is waited for."""
    with time_machine.travel(night + timedelta(**after), tick=False):
        thread = nightly.at_night(registry.settings, registry.database, looked=looked, at=night + timedelta(**after))
        if thread:
            thread.join(60)
        return thread is not None


def test_at_night_it_runs_once_beside_the_sweeps(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(nightly, "destroy_due", lambda *_, **__: ran.append("destroyed"))
    night = later(hours=15, minutes=30)  # half past three in Yuxi

    looked = dict[str, datetime]()
    look = partial(looks, registry, night, looked)
    told = [look(hours=-4), look(), look(minutes=10), look(minutes=25), look(hours=8), look(days=1)]
    assert told == [False, True, False, False, False, True]
    assert ran == ["destroyed"] * 2


def test_one_that_broke_is_made_up_the_same_night(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    night, looked = later(hours=15, minutes=10), dict[str, datetime]()
    ran: list[str] = []

    def run(reconciler: Reconciler, *, by: str, at: datetime, **_: object) -> Reconciliation:
        ran.append(by)
        with registry.database.writing() as session:
            session.add(Reconciliation(began_at=at, by=by, counts={}))
        raise StoreError("no route to host")

    look = partial(looks, registry, night, looked)
    with monkeypatch.context() as broken:
        broken.setattr(Reconciler, "run", run)
        assert [look(), look(minutes=5), look(minutes=21)] == [True, False, True]
    with registry.database.writing() as session:
        session.add(Reconciliation(began_at=night + timedelta(minutes=22), by="hotline", counts={}))  # killed over it
    looked.clear()
    assert [look(minutes=45), look(minutes=165)] == [False, True]
    with registry.database.reading() as session:
        assert session.scalars(select(Reconciliation.ended_at).order_by(Reconciliation.id.desc())).first() is not None
