"""The witness of the proofs is one that can say no: what is lost of rows and of sounds is told by it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import delete, inspect, text, update
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Callback
from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, CallStep, Leg
from dispatch.tickets.tickets import TicketStep
from hotline import audit
from hotline.audit import AuditRow
from hotline.database import Base, Database
from hotline.parts import Part
from hotline.settings import Settings
from hotline.voice import alaw
from recordings.recordings import Kind, Recording, State
from tests.conftest import NOON
from tests.dispatch import town
from tests.recordings.proof import rows, staircase
from tests.recordings.proof.lives import Life
from tests.recordings.proof.staircase import CALLER, LIAISON, MUSIC, OPERATOR, Samples, Voice
from tests.recordings.proof.testimony import Testimony

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ONE, OTHER = "20261123120000-aaaaaaaaaaaa", "20261123120000-bbbbbbbbbbbb"
KEYS = ((697, 770, 852, 941), (1209, 1336, 1477, 1633))  # hertz of which a key's tone has one each
Deed = Callable[[Session], object]


# ---------------------------------------------------------------- rows
@pytest.fixture
def lived(database: Database, settings: Settings) -> Database:
    """A house in which something has happened: two calls, one of them recorded, a ticket, a call-back."""
    with database.writing() as session:
        town.call(session, ONE, caller="13800000001")
        town.call(session, OTHER, caller="13800000002")
        session.add(Leg(node="", uniqueid="1.1", call_id=ONE, began_at=NOON))
        session.add(Recording(call_id=ONE, kind=Kind.CALL, path="a.wav", began_at=NOON))
        session.add(Recording(call_id=OTHER, kind=Kind.CALL, path="b.wav", began_at=NOON, state=State.COMPLETE, seconds=9.0, sha256="b" * 64))
        session.add(Callback(number="13800000001", due_at=NOON))
        session.add(Part(name="agi", node="", started_at=NOON, beat_at=NOON))
        town.ticket(session, settings)
        audit.note(session, "seen", by="somebody", at=NOON, about=("call", ONE))
        session.add(CallStep(call_id=ONE, at=NOON, kind=calls.Step.ENDED, detail={"place": ""}))
    return database


def moved(database: Database, deed: Deed) -> list[str]:
    before = rows.committed(database)
    with database.writing() as session:
        deed(session)
    return rows.faults(before, rows.committed(database))


LAWFUL: dict[str, Deed] = {
    "more rows": lambda s: town.call(s, "20261123120000-cccccccccccc"),
    "it has ended": lambda s: settling.end(s, ONE, at=NOON),
    "its place is told late": lambda s: s.execute(update(CallStep).where(CallStep.kind == "ended").values(detail={"place": "queue", "by": "x"})),
    "a sound is taken in": lambda s: s.execute(update(Recording).where(Recording.path == "a.wav").values(state="complete", seconds=3.0, sha256="a" * 64)),
    "and put away": lambda s: s.execute(update(Recording).where(Recording.path == "b.wav").values(stored="2026/b", key_id="k2")),
    "it is claimed": lambda s: s.execute(update(Callback).values(state="claimed", token=1, lease_until=NOON)),
    "a part beats": lambda s: s.execute(update(Part).values(beat_at=NOON + timedelta(seconds=2))),
}
UNLAWFUL: dict[str, tuple[Deed, str]] = {
    "a call is gone": (lambda s: (s.execute(delete(CallStep).where(CallStep.call_id == OTHER)), s.execute(delete(Call).where(Call.id == OTHER))), "call(_step)?"),
    "a line is gone": (lambda s: s.execute(delete(CallStep).where(CallStep.call_id == OTHER)), "call_step"),
    "a leg is gone": (lambda s: s.execute(delete(Leg)), "leg"),
    "a part is gone": (lambda s: s.execute(delete(Part)), "part"),
    "a caller is another": (lambda s: s.execute(update(Call).where(Call.id == ONE).values(caller="13900000000")), "call"),
    "a line tells something else": (lambda s: s.execute(update(CallStep).where(CallStep.kind == "began").values(kind="menu")), "call_step"),
    "a sound is another": (lambda s: s.execute(update(Recording).where(Recording.path == "b.wav").values(sha256="c" * 64)), "recording"),
    "a sound is none any more": (lambda s: s.execute(update(Recording).where(Recording.path == "b.wav").values(state="missing")), "recording"),
    "a claim goes back": (lambda s: s.execute(update(Callback).values(token=-1)), "callback"),
    "a ticket's number is another": (lambda s: s.execute(text("UPDATE ticket SET number = 'x'")), "ticket"),
}  # fmt: skip


@one_database
@pytest.mark.parametrize("what", LAWFUL)
def test_what_may_move_is_no_loss(lived: Database, what: str) -> None:
    assert moved(lived, LAWFUL[what]) == []


@one_database
@pytest.mark.parametrize("what", UNLAWFUL)
def test_what_is_gone_or_is_not_what_it_was_is_told(lived: Database, what: str) -> None:
    deed, table = UNLAWFUL[what]
    told = moved(lived, deed)
    assert told, what
    assert all(re.search(rf"\b{table}\b", fault) for fault in told), told


@one_database
@pytest.mark.parametrize("model", [AuditRow, TicketStep])
def test_of_what_only_grows_no_letter_may_move(lived: Database, model: type[Base]) -> None:
    name, look = model.__tablename__, rows.committed(lived)
    assert look.rows[name]
    for key, row in look.rows[name].items():
        for column in row:
            otherwise = {**look.rows[name], key: {**row, column: "otherwise"}}
            assert rows.faults(look, rows.Look({**look.rows, name: otherwise})), column


@one_database
def test_every_table_of_the_schema_is_held_and_each_freedom_is_one_of_a_column_that_there_is(database: Database) -> None:
    tables = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    assert {table.name for table in rows.held()} == tables - rows.MADE_ANEW
    named = [*rows.MOVES.items(), *((table, [column]) for table, column in rows.PUT_OFF.items())]
    assert [table for table, columns in named if not set(columns) <= set(Base.metadata.tables[table].columns.keys())] == []
    assert tables > rows.APPEND_ONLY | rows.MADE_ANEW
    assert not rows.APPEND_ONLY & (rows.MOVES.keys() | rows.MADE_ANEW | rows.PUT_OFF.keys())
    assert unchangeable(database) <= rows.APPEND_ONLY, "what the database lets nobody change"


def unchangeable(database: Database) -> set[str]:
    """The tables of which a trigger refuses every change."""
    with database.reading() as session:
        triggers = session.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    found = {match[1] for sql in triggers if (match := re.search(r"BEFORE UPDATE ON (\w+)\s+(?:WHEN NOT \(1 = 0\)\s+)?BEGIN", sql))}
    assert {"audit_row", "ticket_step"} <= found
    return found


@one_database
def test_a_row_of_every_table_that_can_stand_alone_is_missed_when_it_is_gone(database: Database) -> None:
    """Also of those in which nothing happens while a proof runs."""
    look = rows.committed(database)
    for table in rows.held():
        lone = {table.name: {("key",): dict.fromkeys(table.columns.keys(), "x")}}
        told = rows.faults(rows.Look({**look.rows, **lone}), look)
        assert [fault for fault in told if f" {table.name} " in fault], table.name


# ---------------------------------------------------------------- sounds
@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Voice], Samples]:
    folder = tmp_path_factory.mktemp("said")

    def sound(voice: Voice) -> Samples:
        return alaw.decode(staircase.written(folder / f"{voice.low}-{voice.high}.alaw", voice).read_bytes())

    return sound


def cut(sound: Samples, begins: float, ends: float) -> Samples:
    """As if the recording had stood still for a while."""
    return np.concatenate([sound[: int(begins * alaw.RATE)], sound[int(ends * alaw.RATE) :]])


def silenced(sound: Samples, begins: float, ends: float) -> Samples:
    found = sound.copy()
    found[int(begins * alaw.RATE) : int(ends * alaw.RATE)] = 0
    return found


def test_each_voice_is_heard_whole_among_all_others_that_may_be_there(said: Callable[[Voice], Samples]) -> None:
    together = said(CALLER) + np.roll(said(OPERATOR), 1234) + np.roll(said(LIAISON), 5678)
    for voice in (CALLER, OPERATOR, LIAISON):
        assert len(staircase.missing(together, 100, voice)) <= 1, "but the one that was rolled around the edge"
    for one, other in combinations((CALLER, OPERATOR, LIAISON, MUSIC), 2):
        assert (staircase.heard(said(one), other).moments, staircase.heard(said(other), one).moments) == ({}, {})


def test_no_pair_of_a_voice_is_a_key() -> None:
    def keys_of(lowest: int) -> Iterator[int]:
        tones = range(lowest, lowest + staircase.APART * staircase.TONES, staircase.APART)
        return (group for group, keys in enumerate(KEYS) for key in keys if any(abs(tone - key) < key / 25 for tone in tones))

    for voice in (CALLER, OPERATOR, LIAISON, MUSIC):
        assert set(keys_of(voice.low)) | set(keys_of(voice.high)) != {0, 1} or not set(keys_of(voice.high)), voice


@pytest.mark.parametrize("harm", [cut, silenced])
def test_one_second_that_is_gone_from_a_voice_is_told_wherever_it_was(said: Callable[[Voice], Samples], harm: Callable[..., Samples]) -> None:
    whole, life = said(OPERATOR)[: 40 * alaw.RATE], Life.of(40.0)
    assert told_of(whole, life).faults == []
    for moment in (0.0, 3.9, 17.3, 30.05):
        told = told_of(harm(whole, moment, moment + (4.0 if not moment else 1.0)), life)
        assert told.faults, moment
    assert told_of(harm(whole, 39.4, 40.0), life).faults == [], "the last moments may be gone"
    killed = Life.of(40.0, lost=2.1)
    assert told_of(harm(whole, 37.6, 40.0), killed).faults == []
    assert told_of(harm(whole, 35.0, 37.0), killed).faults != [], "and of who was killed the last two seconds, not those before"


def told_of(sound: Samples, life: Life) -> Testimony:
    told = Testimony()
    told.goes_on("he", sound, OPERATOR, life)
    return told


def test_a_voice_that_is_heard_nowhere_or_too_late_or_stops_is_told(said: Callable[[Voice], Samples]) -> None:
    whole, life = said(OPERATOR)[: 40 * alaw.RATE], Life.of(40.0)
    assert "nowhere" in told_of(said(CALLER), life).faults[0]
    assert "from its half second" in told_of(whole[5 * alaw.RATE :], Life.of(35.0)).faults[0]
    assert "are missing" in told_of(silenced(whole, 20, 40), life).faults[0]


def test_music_that_stands_still_is_told_and_one_that_is_broken_off_is_not(said: Callable[[Voice], Samples]) -> None:
    whole = said(MUSIC)
    for sound, well in ((np.insert(whole, 70000, np.zeros(30000)), True), (cut(whole, 10, 12.3), False), (said(CALLER), False)):
        told = Testimony()
        told.plays("he", sound, MUSIC)
        assert (told.faults == []) is well


def test_a_recording_that_is_shorter_or_longer_than_its_call_is_told() -> None:
    for seconds, off in ((10.0, False), (9.1, True), (10.6, True), (None, True)):
        told = Testimony()
        told.lasted("he", Recording(seconds=seconds), Life.of(10.0))
        assert bool(told.faults) is off, seconds
