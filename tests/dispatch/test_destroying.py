"""What is over is destroyed with a certificate; what is held, at work, or kept longer by a rule stays."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select

from dispatch.reconciling import destroying, holding
from dispatch.reconciling.destroying import destroy_due
from dispatch.tickets.tickets import Ticket
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.kept.errors import StoreError
from hotline.kept.folder import Folder
from hotline.settings import Settings
from recordings import keeping, recordings, retention, two_hands
from recordings.archive import Archive, archive
from recordings.errors import RecordingError
from recordings.recordings import Kind, Recording, State
from recordings.retention import Destruction, RetentionRule
from recordings.two_hands import Request, Wish
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

OVER = later(days=731)


def kept(database: Database, settings: Settings, *calls: str) -> None:
    with database.writing() as session:
        for call_id in calls:
            town.call(session, call_id).ended_at = later(seconds=9)
            row = recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=NOON)
            town.sound(Path(row.path), 9)
            recordings.take_in(row, keep_days=settings.recordings_keep_days, at=later(minutes=1))
    keeping.put_away(database, archive(settings), put_off={}, at=later(minutes=2))


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.call_id: str(row.state) for row in session.scalars(select(Recording))}


def test_what_is_over_is_gone_and_the_certificate_holds(database: Database, settings: Settings) -> None:
    kept(database, settings, "a", "b")
    there = archive(settings)
    assert destroy_due(settings, database, there, at=later(days=729)) == 0
    assert destroy_due(settings, database, there, at=OVER) == 2
    assert set(states(database).values()) == {"destroyed"}
    assert list(there.store.names()) == []
    assert not list(settings.spool.rglob("*.wav"))
    with database.writing() as session:
        act = session.scalars(select(Destruction)).one()
        rows = destroying.of(session, act)
        assert (act.count, act.basis, act.list_sha256) == (2, "保存期限730天", destroying.digest(rows))
        assert act.ended_at is not None
        deeds = session.scalars(select(AuditRow).where(AuditRow.deed.like("recording%")).order_by(AuditRow.id)).all()
        assert [row.deed for row in deeds] == ["recordings.destruction_began", *["recording.destroyed"] * 2, "recordings.destroyed"]
        assert [row.details.get("sha256") for row in deeds[1:3]] == [row.sha256 for row in rows]
        assert deeds[3].details == {"count": 2, "list_sha256": act.list_sha256}
        chain.seal(session)
    with database.reading() as session:
        assert list(chain.verify(session)) == [], "and it is in the chain"
    assert destroy_due(settings, database, there, at=OVER) == 0


def test_a_hold_keeps_it_and_its_end_takes_a_second_person(database: Database, settings: Settings) -> None:
    kept(database, settings, "a", "b")
    there = archive(settings)
    with database.writing() as session:
        two_hands.ask(session, Wish.HOLD, "a", reason="法院调取", by="supervisor", at=later(days=10))
        with pytest.raises(RecordingError, match="已在留存"):
            two_hands.ask(session, Wish.HOLD, "a", reason="再来", by="other", at=later(days=10))
    destroy_due(settings, database, there, at=OVER)
    assert states(database) == {"a": "complete", "b": "destroyed"}
    with database.writing() as session:
        lift = two_hands.ask(session, Wish.RELEASE, "a", reason="案件已结", by="supervisor", at=OVER)
        with pytest.raises(RecordingError, match="另一人"):
            two_hands.decide(session, lift, grant=True, by="supervisor", at=OVER)
    destroy_due(settings, database, there, at=OVER)
    assert states(database)["a"] == "complete", "asking alone lifts nothing"
    with database.writing() as session:
        two_hands.decide(session, session.get_one(Request, lift.id), grant=True, by="administrator", at=OVER)
        assert two_hands.held(session, ["a", "b"]) == set()
    assert destroy_due(settings, database, there, at=OVER) == 1
    assert states(database)["a"] == "destroyed"


def test_a_refused_hold_holds_nothing_and_a_new_one_after_a_release_does(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        first = two_hands.ask(session, Wish.HOLD, "a", reason="待查", by="supervisor", at=NOON)
        assert two_hands.held(session, ["a"]) == {"a"}, "in force at once"
        two_hands.decide(session, first, grant=False, by="administrator", at=NOON)
        assert two_hands.held(session, ["a"]) == set()
        two_hands.ask(session, Wish.HOLD, "a", reason="待查", by="supervisor", at=NOON)
        lift = two_hands.ask(session, Wish.RELEASE, "a", reason="已结", by="supervisor", at=NOON)
        two_hands.decide(session, lift, grant=True, by="administrator", at=NOON)
        assert two_hands.held(session, ["a"]) == set()
        two_hands.ask(session, Wish.HOLD, "a", reason="又起诉", by="supervisor", at=NOON)
        assert two_hands.held(session, ["a"]) == {"a"}
        assert [row.wish for row in two_hands.waiting(session)] == [Wish.HOLD]


def test_as_long_as_a_ticket_of_its_call_is_at_work_it_stays(database: Database, settings: Settings) -> None:
    kept(database, settings, town.CALL)
    with database.writing() as session:
        town.unit(session, "101", "玉溪市公安局")
        ticket = town.ticket(session, settings)
    assert destroy_due(settings, database, archive(settings), at=OVER) == 0
    with database.writing() as session:
        town.past_the_guards(session, "UPDATE ticket SET state = 'filed'")
        assert session.get_one(Ticket, ticket.id).state == "filed"
    assert destroy_due(settings, database, archive(settings), at=OVER) == 1


def test_a_rule_counts_from_its_day_on_once_a_second_person_confirmed_it(database: Database, settings: Settings) -> None:
    kept(database, settings, "a")
    with database.writing() as session:
        rule = retention.propose(session, days=1095, valid_from=date(2026, 11, 23), basis="云档发〔2026〕7号", by="supervisor", at=NOON)
        with pytest.raises(RecordingError, match="另一人"):
            retention.confirm(session, rule, by="supervisor", at=NOON)
        assert retention.rule_on(session, date(2027, 1, 1)) is None
        retention.confirm(session, rule, by="administrator", at=NOON)
        assert retention.rule_on(session, date(2026, 11, 22)) is None
        assert retention.rule_on(session, date(2026, 11, 23)) is rule
    assert destroy_due(settings, database, archive(settings), at=OVER) == 0
    assert destroy_due(settings, database, archive(settings), at=later(days=1096)) == 1
    with database.reading() as session:
        assert session.scalars(select(Destruction.basis)).one() == "云档发〔2026〕7号（1095天）"


def test_what_a_longer_rule_keeps_keeps_nothing_else(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destroying, "AT_ONCE", 2)
    kept(database, settings, "a", "b", "c", "d")
    with database.writing() as session:
        for row in session.scalars(select(Recording).where(Recording.call_id.in_(["c", "d"]))):
            row.began_at += timedelta(days=400)
            row.keep_until = row.began_at + timedelta(days=730)
        for days, day in ((1825, date(2026, 11, 23)), (730, date(2027, 11, 23))):
            rule = retention.propose(session, days=days, valid_from=day, basis=f"{days}", by="supervisor", at=NOON)
            retention.confirm(session, rule, by="administrator", at=NOON)
    assert destroy_due(settings, database, archive(settings), at=later(days=1200)) == 2
    assert states(database) == {"a": "complete", "b": "complete", "c": "destroyed", "d": "destroyed"}


def test_a_hold_that_comes_while_a_list_is_destroyed_keeps_what_is_still_there(database: Database, settings: Settings) -> None:
    kept(database, settings, "a", "b")
    there = archive(settings)
    holding = Holding(settings.recordings_store, database)
    assert destroy_due(settings, database, Archive(holding, there.ring, there.cipher), at=OVER) == 2
    assert states(database) == {"a": "destroyed", "b": "complete"}
    with database.reading() as session:
        assert there.intact(session.scalars(select(Recording).where(Recording.call_id == "b")).one())


def test_a_hold_is_refused_of_what_is_gone_and_given_for_what_is_not(database: Database, settings: Settings) -> None:
    kept(database, settings, "a", "b")
    there = archive(settings)

    def hold(call_id: str) -> str:
        try:
            with database.writing() as session:
                holding.hold(session, call_id, reason="法院调取", by="supervisor", at=OVER)
        except RecordingError as refused:
            return str(refused)
        return "held"

    class Asked(Folder):
        """A store that takes its time: somebody holds what it is about to delete."""

        told = ""

        def delete(self, name: str) -> None:
            Asked.told = Asked.told or hold("a")
            super().delete(name)

    assert destroy_due(settings, database, Archive(Asked(settings.recordings_store), there.ring, there.cipher), at=OVER) == 2
    assert "正在销毁" in Asked.told, "who is told that it stays finds it"
    assert states(database) == {"a": "destroyed", "b": "destroyed"}
    assert "已经销毁" in hold("a")
    kept(database, settings, "c")
    assert hold("c") == "held"
    assert hold("nothing was recorded of it") == "held"


def test_what_a_worker_that_was_killed_over_it_left_is_destroyed_and_certified_once(database: Database, settings: Settings) -> None:
    kept(database, settings, "a")
    there = archive(settings)

    class Killed(Folder):
        def delete(self, name: str) -> None:
            super().delete(name)
            raise SystemExit

    with pytest.raises(SystemExit):
        destroy_due(settings, database, Archive(Killed(settings.recordings_store), there.ring, there.cipher), at=OVER)
    assert states(database) == {"a": "going"}
    destroy_due(settings, database, there, at=OVER)
    assert states(database) == {"a": "destroyed"}
    with database.reading() as session:
        assert session.scalars(select(Destruction)).one().ended_at is not None
        assert len(session.scalars(select(AuditRow).where(AuditRow.deed == "recording.destroyed")).all()) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
def test_two_workers_who_begin_at_once_write_each_recording_in_one_list(database: Database, settings: Settings) -> None:
    kept(database, settings, "a", "b")
    with database.writing() as one:
        first = destroying.begin(one, settings=settings, at=OVER)
        with database.writing() as other:
            assert destroying.begin(other, settings=settings, at=OVER) is None
    assert first is not None
    with database.reading() as session:
        act = session.scalars(select(Destruction)).one()
        assert destroying.digest(destroying.of(session, act)) == act.list_sha256


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_destroys_waits_for_who_holds_and_then_leaves_it(database: Database, settings: Settings) -> None:
    kept(database, settings, "a")
    with database.writing() as session:
        assert destroying.begin(session, settings=settings, at=OVER) is not None
    with ThreadPoolExecutor(1) as worker:
        with database.writing() as session:
            holding.hold(session, "a", reason="法院调取", by="supervisor", at=OVER)
            row = session.scalars(select(Recording)).one()
            going = worker.submit(destroying._begins_to_go, database, row.id)
            assert not wait([going], timeout=0.3).done
        assert not going.result(timeout=10)
    assert states(database) == {"a": "complete"}


def test_what_is_destroyed_while_it_is_sealed_anew_leaves_no_copy(database: Database, settings: Settings) -> None:
    kept(database, settings, "a")
    there = archive(settings)

    class Slow(Folder):
        """While it puts the new one, the old one's time is over."""

        def put(self, name: str, file: BinaryIO) -> None:
            super().put(name, file)
            destroy_due(settings, database, there, at=OVER)

    there.ring.add(there.cipher, on=NOON.date())
    keeping.reseal(database, Archive(Slow(settings.recordings_store), there.ring, there.cipher), put_off={}, at=OVER)
    assert states(database) == {"a": "destroyed"}
    assert list(there.store.names()) == []


class Holding(Folder):
    """A store that takes its time: while it deletes the first, somebody holds the second."""

    def __init__(self, path: Path, database: Database) -> None:
        super().__init__(path)
        self.database = database

    def delete(self, name: str) -> None:
        super().delete(name)
        with self.database.writing() as session:
            two_hands.ask(session, Wish.HOLD, "b", reason="法院调取", by="supervisor", at=OVER)


@pytest.mark.parametrize(("days", "day", "basis", "why"), [(729, 0, "x", "730"), (800, -1, "x", "今天"), (800, 0, " ", "依据")])
def test_a_rule_that_would_lose_what_must_be_kept_is_refused(database: Database, days: int, day: int, basis: str, why: str) -> None:
    with database.writing() as session, pytest.raises(RecordingError, match=why):
        retention.propose(session, days=days, valid_from=date(2026, 11, 23) + timedelta(days=day), basis=basis, by="s", at=NOON)
    with database.reading() as session:
        assert session.scalars(select(RetentionRule)).all() == []


class Stubborn(Folder):
    """A store that says it deleted, and didn't; or that is away."""

    away = True

    def delete(self, name: str) -> None:
        if self.away:
            raise StoreError("no route to host")


def test_what_a_store_did_not_give_up_is_not_certified_and_is_finished_later(database: Database, settings: Settings) -> None:
    kept(database, settings, "a")
    there = archive(settings)
    stubborn = Stubborn(settings.recordings_store)
    for away, why in ((True, "no route"), (False, "still there")):
        stubborn.away = away
        with pytest.raises(StoreError, match=why):
            destroy_due(settings, database, Archive(stubborn, there.ring, there.cipher), at=OVER)
        assert states(database) == {"a": "complete"}
        with database.reading() as session:
            act = session.scalars(select(Destruction)).one()
            assert (act.count, act.ended_at) == (1, None)
    assert destroy_due(settings, database, there, at=OVER) == 0, "the list stood already"
    assert states(database) == {"a": State.DESTROYED}
    with database.reading() as session:
        assert session.scalars(select(Destruction)).one().ended_at is not None
