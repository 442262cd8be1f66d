"""What the house asks of the exchange, over the wire."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from admin_ui.phones import PhonesError
from ami_listener.messages import read
from ami_listener.seen import seen
from cli.phones import ExchangePhones
from dispatch.callbacks.telephone import Telephone
from dispatch.callbacks.trunk import Taken, taken
from dispatch.line.flags import Skill
from hotline.exchange.errors import UnsafeValue
from hotline.settings import Settings
from tests.ami_listener.switch import Switch
from tests.conftest import NOON


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


def test_a_supervisors_phone_is_rung_to_hear_the_channel_by_which_an_operator_talks_in_a_call(switch: Switch, telephone: Telephone) -> None:
    rows = (("trunk", "call-1", "Up"), ("8001", "call-0", "Up"), ("8001", "call-1", "Up"), ("8002", "call-1", "Ringing"))
    switch.channels = [{"Channel": f"PJSIP/{who}-{n}", "AccountCode": call, "ChannelStateDesc": state} for n, (who, call, state) in enumerate(rows)]
    assert [telephone.talks("call-1", who) for who in ("8001", "8002", "8003")] == ["PJSIP/8001-2", "", ""]
    telephone.listen_in("PJSIP/8001-2", own="8009")
    asked = switch.actions[-1]
    assert [asked[name] for name in ("Action", "Channel", "Context", "Variable")] == ["Originate", "PJSIP/8009", "listening_in", "SPIED=PJSIP/8001-2"]
    assert "Account" not in asked, "his channel belongs to no call"
    with pytest.raises(UnsafeValue):
        telephone.listen_in("PJSIP/8001-2,__CALLID=call-1", own="8009")


def test_a_page_is_told_that_he_does_not_talk_there_and_that_the_exchange_is_silent(switch: Switch, telephone: Telephone) -> None:
    phones = ExchangePhones(telephone)
    with pytest.raises(PhonesError, match="没有其他接线员"):
        phones.talks("call-1", "8001")
    switch.refuses = {"CoreShowChannels", "Originate"}
    with pytest.raises(PhonesError, match="没有响应"):
        phones.talks("call-1", "8001")
    with pytest.raises(PhonesError, match="没有响应"):
        phones.listen_in("PJSIP/8001-2", own="8009")


def test_who_listens_in_is_no_leg_no_operator_and_takes_nothing_of_the_trunk() -> None:
    row = {"Channel": "PJSIP/8009-3", "Uniqueid": "9.9", "Linkedid": "9.9", "AccountCode": "", "Application": "ChanSpy", "ChannelStateDesc": "Up"}
    look = seen([row], [], {}, at=NOON)
    assert (look.live, look.channels[0].at_desk) == (frozenset(), "")
    assert read({"Event": "Hangup", **row}) is None
    assert taken([row], trunk="trunk") == Taken()


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
    assert asked[:3] == [("QueueAdd", "hotline-danger"), ("QueueAdd", "hotline-elderly"), ("QueueAdd", "hotline")]
    assert {queue for deed, queue in asked if deed == "QueueRemove"} == {"hotline", "hotline-elderly", "hotline-dialect", "hotline-danger"}
