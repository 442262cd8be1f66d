"""A message by telephone, over a real FastAGI server: nothing is said before the key, and heard to its end it is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch.callbacks import by_phone
from hotline.database import Database
from hotline.telling import phone
from hotline.telling.outbox import Delivery, DeliveryAttempt, State
from hotline.telling.phone import Line
from hotline.times import now
from tests.agi.caller import CALL, Caller
from tests.agi.test_scripts import Hotline, a_house, impatient  # noqa: F401

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
TEXT = "公安局有一件特急工单。请立即登录系统办理。"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Hotline]:
    house = a_house(database, tmp_path)
    house.began(direction="out")
    yield house
    house.server.stop()


def ringing(house: Hotline, *, urgent: bool = True, lines: int = 2, key: str = "a") -> str:
    """A message whose first attempt is under way: its channel."""
    with house.database.writing() as session:
        phone.owe(session, [Line(f"0877201000{n}", "值班电话") for n in range(lines)], TEXT, key=key, topic="duty", about=("matter", "1"),
                  rounds=1, pause_minutes=0, voice=house.settings.voice, urgent=urgent, at=now())  # fmt: skip
        row = session.scalars(select(Delivery).where(Delivery.key == key)).one()
        row.state, row.token, row.attempts = State.SENDING, 1, 1
        session.add(DeliveryAttempt(delivery_id=row.id, at=now()))
        return by_phone.channel_of(row)


def stands(house: Hotline) -> tuple[str, str]:
    with house.database.reading() as session:
        row = session.scalars(select(Delivery)).one()
        return str(row.state), row.reference if row.state == State.SENT else row.ground


@pytest.mark.parametrize(("urgent", "prompts"), [(True, ["duty_hello", "keys_again", "duty_look"]), (False, ["telling_hello", "keys_again"])])
def test_who_presses_1_hears_it_to_its_end_and_it_counts_as_told(house: Hotline, urgent: bool, prompts: list[str]) -> None:
    house.voiced(TEXT)
    channel = ringing(house, urgent=urgent)
    heard = house.serve(Caller({prompts[0]: "1"}), "telling", channel)
    assert (heard.prompts, heard.sentences, heard.next) == (prompts, house.names(TEXT), "goodbye")
    assert stands(house) == ("sent", CALL)
    again = house.serve(Caller({prompts[0]: "1"}), "telling", channel)
    assert (again.heard, again.next) == ([], "goodbye"), "an attempt that is over says nothing"


@pytest.mark.parametrize(("key", "urgent", "lines", "state", "ground"), [
    ("", True, 2, "owed", "接听后未按键确认"), ("3", True, 2, "owed", "接听者称打错了"), ("2", False, 1, "failed", "本人不在"),
    ("3", False, 2, "failed", "接听者称打错了"), ("0", False, 2, "owed", "转人工"), ("0", True, 2, "owed", "转人工")])  # fmt: skip
def test_a_machine_and_a_stranger_hear_nothing_of_it(house: Hotline, key: str, urgent: bool, lines: int, state: str, ground: str) -> None:
    house.voiced(TEXT)
    hello = "duty_hello" if urgent else "telling_hello"
    heard = house.serve(Caller({hello: key}), "telling", ringing(house, urgent=urgent, lines=lines))
    assert (set(heard.prompts), heard.sentences, heard.next) == ({hello}, [], "people" if (key, urgent) == ("0", False) else "goodbye")
    assert stands(house) == (state, ground)


def test_who_hangs_up_in_the_midst_of_it_was_not_told(house: Hotline) -> None:
    house.voiced(TEXT)
    channel = ringing(house)
    last = str(house.settings.sounds / house.names(TEXT)[0])
    house.serve(Caller({"duty_hello": "1"}, hangs_up_at=last), "telling", channel)
    with house.database.writing() as session:
        assert by_phone.rang_out(session, channel, settings=house.settings, at=now())
    assert stands(house) == ("owed", "没有听完")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("urgent", "leads", "state"), [(True, "goodbye", "sent"), (False, "people", "owed")])
def test_without_a_sound_a_duty_office_is_told_to_look_and_a_citizen_led_to_a_person(house: Hotline, urgent: bool, leads: str, state: str) -> None:
    hello = "duty_hello" if urgent else "telling_hello"
    heard = house.serve(Caller({hello: "1"}), "telling", ringing(house, urgent=urgent))
    assert ("duty_look" in heard.prompts, heard.next, stands(house)[0]) == (urgent, leads, state)
