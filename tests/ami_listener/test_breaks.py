"""An exchange that dies is noted with the calls that it took along; a link that is lost alone is not."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ami_listener.breaks import Breaks
from dispatch.calls.calls import Call
from dispatch.reconciling import breaks
from dispatch.reconciling.breaks import Loss
from hotline.database import Database
from hotline.exchange.link import Link
from hotline.parts import Part
from hotline.settings import Settings
from hotline.times import now
from recordings import recordings
from recordings.findings import Finding
from recordings.findings import Kind as Wrong
from recordings.recordings import Kind
from tests.ami_listener.switch import Switch
from tests.ami_listener.test_listener import a_listener, running, switch, well
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, later

__all__ = ["switch"]
OTHER = "20261123120000-00000000000b"


def found(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(Finding).order_by(Finding.id))
        return [(row.kind, row.thing, row.call_id) for row in rows]


ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the other knows nothing else of it


@ONE_DATABASE
def test_what_an_exchange_took_along_is_noted_when_it_is_back(database: Database, settings: Settings, switch: Switch) -> None:
    with database.writing() as session:
        town.call(session, at=now())
    with running(a_listener(database, settings, switch.address.port)):
        town.until(lambda: well(database))
        switch.peers[-1].close()
        town.until(lambda: not well(database))
        town.until(lambda: well(database), 10)
        assert found(database) == [], "the link alone was lost"
        switch.variables.clear()
        switch.channels.clear()
        began = now()
        switch.peers[-1].close()
        town.until(lambda: len(found(database)) == 2, 10)
        assert found(database) == [(Wrong.EXCHANGE, "exchange1", ""), (Wrong.CUT_OFF, CALL, CALL)]
        town.until(lambda: well(database), 10)
    with database.reading() as session:
        lost, cut_off = session.scalars(select(Finding).order_by(Finding.id)).all()
        assert began <= lost.found_at == cut_off.found_at <= now()
        assert session.get_one(Call, CALL).ended_at == lost.found_at, "not when it was back"
        assert breaks.losses(session, [lost])[lost.id] == Loss(calls=1), "its recording isn't taken in yet"


@ONE_DATABASE
def test_a_listener_that_was_away_notes_the_calls_that_have_no_channel_and_a_house_that_begins_none(
    database: Database, settings: Settings, switch: Switch
) -> None:
    with running(a_listener(database, settings, switch.address.port)):
        town.until(lambda: well(database))
    assert found(database) == []
    with database.writing() as session:
        town.call(session, at=now())
        town.call(session, OTHER, at=now())
        session.execute(update(Part).values(beat_at=now() - timedelta(hours=1)))
    switch.variables.clear()
    with running(a_listener(database, settings, switch.address.port)):
        town.until(lambda: len(found(database)) > 0, 10)
    assert found(database) == [(Wrong.EXCHANGE, "exchange1", ""), (Wrong.CUT_OFF, OTHER, OTHER)], "the other one lives"
    with database.reading() as session:
        [lost_at] = set(session.scalars(select(Finding.found_at)))
    assert timedelta(minutes=59) < now() - lost_at < timedelta(hours=1), "nobody speaks while the machine is away"


@ONE_DATABASE
def test_who_lives_on_another_exchange_was_not_cut_off(database: Database, settings: Settings, switch: Switch) -> None:
    with database.writing() as session:
        town.call(session, at=now())
        town.call(session, OTHER, at=now())
    lost = Breaks(settings, database)
    lost.lost(at=now())
    with Link(switch.address) as link:
        said = lost.look(link, elsewhere={OTHER})
        assert lost.look(link) == [], "once for each link"
    assert [event.call_id for event in said] == [CALL]
    assert found(database) == [(Wrong.EXCHANGE, "exchange1", ""), (Wrong.CUT_OFF, CALL, CALL)]
    with database.reading() as session:
        assert session.get_one(Call, OTHER).ended_at is None


def test_the_seconds_that_are_missing_are_counted_of_what_was_found(database: Database, settings: Settings) -> None:
    heard = {"20261123120000-00000000000c": ("in", 18.6), "20261123120000-00000000000d": ("in", 0.0), "20261123120000-00000000000e": ("out", 12.0)}
    with database.writing() as session:
        for call_id, (direction, seconds) in heard.items():
            town.call(session, call_id, direction=direction)
            row = recordings.expect(session, call_id, kind=Kind.CALL, spool=settings.spool, at=NOON)
            if seconds:
                town.sound(Path(row.path), seconds)
            recordings.take_in(row, keep_days=30, at=later(minutes=2))
        breaks.note(session, "exchange1", list(heard), away=4, at=later(seconds=20))
        breaks.note(session, "exchange1", [], away=4, at=later(minutes=9))
    with database.reading() as session:
        first, *calls, second = session.scalars(select(Finding).order_by(Finding.id)).all()
        told = breaks.losses(session, [first, *calls, second])
    assert (told[first.id].calls, told[first.id].found, told[first.id].missing, round(told[first.id].seconds, 2)) == (3, 2, 1, 21.4)
    assert [round(told[call.id].seconds, 2) for call in calls] == [1.4, 20.0, 0.0], "of who was rung nobody knows so well"
    assert told[second.id] == Loss()
