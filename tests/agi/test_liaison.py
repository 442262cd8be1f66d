"""A liaison picks up: over a real FastAGI server, what he hears, and what his keys mean."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from agi import voice
from dispatch.transfers import transfers
from dispatch.transfers.hunting import Duty, Outcome
from dispatch.transfers.transfers import State, TransferAttempt, Wish
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.liaisons import Position
from hotline.times import now
from tests.agi.caller import CALL, Caller
from tests.agi.test_scripts import Hotline, a_house
from tests.dispatch import town

WORDS = "转接公安局。咨询事项。居住证怎么续签。"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path)
    house.began()
    yield house
    house.server.stop()


@pytest.fixture
def attempt(house: Hotline) -> str:
    with house.database.writing() as session:
        call = session.get_one(transfers.Call, CALL)
        wish = Wish(town.unit(session, "101", "玉溪市公安局"), "consult", WORDS)
        operator = town.somebody(session, Role.OPERATOR)
        transfer = transfers.begin(session, call, wish, channel="c", by=operator, at=now())
        return transfers.ring(session, transfer, Duty(Position.A, "张", "08779601011"), seconds=20, at=now()).id


def picks_up(house: Hotline, attempt: str, key: str = "", **more: str) -> Caller:
    return house.serve(Caller({"liaison_hello": key}, **more), "liaison", attempt)  # type: ignore[arg-type]


def outcome(house: Hotline) -> str:
    with house.database.reading() as session:
        return session.scalars(select(TransferAttempt.outcome)).one()


def test_who_presses_1_hears_what_it_is_about_and_is_let_in(house: Hotline, attempt: str) -> None:
    house.voiced(WORDS)
    liaison = picks_up(house, attempt, "1")
    assert liaison.sentences == house.names(WORDS)
    assert liaison.prompts == ["liaison_hello", "liaison_join"]
    assert liaison.next == "room"
    assert outcome(house) == ""  # he has not met the caller yet


@pytest.mark.parametrize("key", ["", "3", "0"])
def test_a_mailbox_and_who_presses_anything_else_hears_nothing_of_it(house: Hotline, attempt: str, key: str) -> None:
    liaison = picks_up(house, attempt, key)
    assert (liaison.next, liaison.sentences, outcome(house)) == ("goodbye", [], "")


def test_the_wrong_person_says_so(house: Hotline, attempt: str) -> None:
    assert picks_up(house, attempt, "2").next == "goodbye"
    assert outcome(house) == Outcome.WRONG_PERSON


def test_words_that_are_not_spoken_in_time_hold_nobody_up(
    house: Hotline, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "PATIENCE", 0.1)
    assert picks_up(house, attempt, "1").next == "room"


def test_nobody_is_let_in_to_a_caller_who_has_gone(house: Hotline, attempt: str) -> None:
    with house.database.writing() as session:
        transfer = transfers.latest(session, CALL)
        assert transfer is not None
        transfers.settle(session, transfer, State.CALLER_HUNG_UP, at=now())
    liaison = picks_up(house, attempt, "1")
    assert (liaison.next, liaison.prompts) == ("goodbye", ["liaison_gone"])


def test_an_attempt_that_nobody_made_lets_nobody_in(house: Hotline) -> None:
    assert picks_up(house, "liaison-x", "1").next == "goodbye"
