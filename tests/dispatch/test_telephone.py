"""What the house asks of the exchange, over the wire."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from dispatch.callbacks.telephone import Telephone
from dispatch.callbacks.trunk import Taken
from dispatch.line.flags import Skill
from hotline.settings import Settings
from tests.ami_listener.switch import Switch


@pytest.fixture
def switch() -> Iterator[Switch]:
    here = Switch()
    yield here
    here.close()


@pytest.fixture
def telephone(switch: Switch, settings: Settings) -> Iterator[Telephone]:
    there = {"ami_host": switch.address.host, "ami_port": switch.address.port, "ami_secret": SecretStr(switch.address.secret)}
    here = Telephone(settings.model_copy(update=there))
    yield here
    here.close()


def test_what_lives_is_known_by_channel_and_by_call(switch: Switch, telephone: Telephone) -> None:
    switch.channels = [{"Uniqueid": "attempt-1", "AccountCode": "call-1"}, {"Uniqueid": "1795406400.1", "AccountCode": ""}]
    assert telephone.living() == {"attempt-1", "call-1", "1795406400.1"}


def test_what_of_the_trunk_is_taken_is_counted_on_the_exchange(switch: Switch, telephone: Telephone) -> None:
    switch.channels = [{"Channel": f"PJSIP/{who}-0000000{n}", "Uniqueid": f"1.{n}", "AccountCode": "call-1"} for n, who in enumerate(("trunk", "8001", "trunk"))]
    assert telephone.lines() == Taken(2, frozenset({"1.0", "1.2", "call-1"}))
    switch.refuses = {"CoreShowChannels"}
    assert telephone.lines() is None


def test_an_exchange_that_says_nothing_is_not_taken_for_an_empty_one(switch: Switch, telephone: Telephone) -> None:
    switch.refuses = {"CoreShowChannels"}
    assert telephone.living() is None
    switch.close()
    assert telephone.living() is None


def test_a_phone_is_signed_on_for_what_its_operator_can_do_and_off_from_everything(switch: Switch, telephone: Telephone) -> None:
    telephone.sign_on("8001", "李晓琴", {Skill.ELDERLY})
    switch.refuses = {"QueueRemove"}
    telephone.sign_off("8001")
    asked = [(a["Action"], a["Queue"]) for a in switch.actions if a["Action"].startswith("Queue")]
    assert asked[:2] == [("QueueAdd", "hotline-elderly"), ("QueueAdd", "hotline")]
    assert {queue for deed, queue in asked if deed == "QueueRemove"} == {"hotline", "hotline-elderly", "hotline-dialect"}
