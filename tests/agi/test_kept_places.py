"""A place in the queue is kept by a key, and taken up by another: over a real FastAGI server."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch.callbacks import callbacks, places
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.places import Place
from dispatch.calls import calls
from dispatch.calls.calls import Call
from hotline.database import Database
from hotline.times import now
from tests.agi.caller import CALL, NUMBER, Caller
from tests.agi.test_scripts import Hotline, a_house


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path)
    house.began()
    yield house
    house.server.stop()


@pytest.fixture
def attempt(house: Hotline) -> str:
    with house.database.writing() as session:
        place = places.keep(session, CALL, at=now())
        assert place is not None
        return callbacks.place(session, place.callback, settings=house.settings, at=now()).id


@pytest.mark.parametrize("goes", ["", "hotline/place_kept"])
def test_his_place_stands_before_he_hears_of_it(house: Hotline, goes: str) -> None:
    caller = house.serve(Caller(hangs_up_at=goes), "keep_place", "6", "elderly")
    assert (caller.prompts, caller.next) == (["place_kept"], "goodbye")
    with house.database.reading() as session:
        row = session.scalars(select(Place)).one()
    assert (row.number, row.rank, row.skill) == (NUMBER, 6, "elderly")


def test_who_withholds_his_number_goes_on_waiting_where_he_was(house: Hotline) -> None:
    with house.database.writing() as session:
        session.get_one(Call, CALL).caller = ""
        calls.queue(session, session.get_one(Call, CALL), at=now())
    caller = house.serve(Caller(), "keep_place", "", "")
    assert (caller.prompts, caller.next, caller.variables["POSITION"]) == (["place_unseen"], "", "1")


@pytest.mark.parametrize(("script", "was", "goes_to"), [("leave_question", "1", "2"), ("leave_question", "", ""), ("waits_on", "1", "2")])
def test_who_would_leave_a_question_and_presses_0_then_waits_on_where_he_was(house: Hotline, script: str, was: str, goes_to: str) -> None:
    """Only who was in the queue: others come to its end."""
    house.began("20261123110000-0123456789ab", "13900000000")
    with house.database.writing() as session:
        for minutes, call in enumerate(session.scalars(select(Call).order_by(Call.id.desc())), start=1):
            calls.queue(session, call, at=now() - timedelta(minutes=minutes))
    (house.settings.spool / "messages").mkdir(parents=True)
    caller = Caller({"leave_question": "0"})
    caller.variables = {"MESSAGE_SILENCE": "5", "MESSAGE_SECONDS": "120", "QUEUE_MEMBER(hotline,logged)": "2", "STAFFED": "yes", "POSITION": was}
    house.serve(caller, script, NUMBER, "96128")
    assert (caller.next, caller.variables["POSITION"]) == ("operator" if script == "leave_question" else "", goes_to)


@pytest.mark.parametrize(
    ("key", "leads", "outcome"), [("1", "people", ""), ("0", "people", ""), ("2", "goodbye", "refused"), ("", "goodbye", "unconfirmed")]
)
def test_only_a_key_takes_an_operator(house: Hotline, attempt: str, key: str, leads: str, outcome: str) -> None:
    citizen = house.serve(Caller({"place_hello": key}), "place_turn", attempt)
    assert (citizen.prompts, citizen.next) == (["place_hello"], leads)
    with house.database.reading() as session:
        assert session.get_one(Attempt, attempt).outcome == outcome


def test_an_attempt_that_is_over_rings_for_nothing(house: Hotline, attempt: str) -> None:
    house.serve(Caller({"place_hello": "2"}), "place_turn", attempt)
    again = house.serve(Caller({"place_hello": "1"}), "place_turn", attempt)
    assert (again.prompts, again.next) == ([], "goodbye")
