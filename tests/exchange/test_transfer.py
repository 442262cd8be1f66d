"""The room of a transfer by the exchange's rules alone, with all of ours dead: nobody is left behind in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import answer, call, phone
from cli.sip_scenario import Press, Say, Signal, Step, Touch, Wait
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused
from hotline.exchange.link import Address, Link
from recordings import sides
from tests.exchange.conftest import loudness, nobody_left, until
from tests.support.sound import tone

pytestmark = pytest.mark.journey
Row = dict[str, str]


@pytest.fixture(autouse=True)
def nobody_stays(exchange: Exchange) -> Iterator[None]:
    yield
    exchange.cli("channel request hangup all")
    nobody_left(exchange)


def is_led(link: Link, channel: str, context: str, extension: str) -> bool:
    """Whether the exchange leads him there; who is on his way somewhere else can't be led for a moment."""
    try:
        actions.redirect(link, channel, context=context, extension=extension)
    except ActionRefused:
        return False
    return True


@pytest.mark.usefixtures("nobody_signed_in")
def test_a_liaison_is_let_in_by_his_key_and_when_the_last_officer_goes_the_caller_is_led_on(
    exchange: Exchange, plan: ExchangePlan, ears: object
) -> None:
    address = Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)
    trunk = int(plan.trunk_contact.rpartition(":")[2])
    spoken = [Wait(2), Touch("1", 60)]
    with (
        Link(address) as link,
        phone("8002", "second-phone", Wait(60), exchange=plan.sip_port, ring=1),
        answer(*spoken, port=trunk, calls=1) as liaison,
        call(Wait(2), Press("0", 50), port=plan.sip_port) as line,
    ):

        def channels() -> list[Row]:
            return actions.core_show_channels(link)

        exchange.cli("queue add member PJSIP/8002 to hotline")
        until(lambda: len([c for c in channels() if c["ChannelStateDesc"] == "Up"]) == 2, 20)
        caller, operator = (next(c for c in channels() if name in c["Channel"]) for name in ("trunk", "8002"))
        actions.redirect(link, caller["Channel"], context="transfer", extension="s", extra_channel=operator["Channel"],
                         extra_context="three_way", extra_extension="officer")  # fmt: skip
        until(lambda: {c["Context"] for c in channels()} == {"transfer", "three_way"})
        call_id = caller["AccountCode"]
        actions.originate(link, "PJSIP/08779601011@trunk", channel_id="liaison-1", context="liaison", extension="s", caller_id=plan.number,
                          account=call_id, variables={"__CALLID": call_id, "ATTEMPT": "liaison-1", "WAITING": caller["Channel"]})  # fmt: skip
        until(lambda: [c["Context"] for c in channels()] == ["three_way"] * 3)
        assert call_id in exchange.cli("confbridge list")
        actions.hangup(link, operator["Channel"])
        until(lambda: len(channels()) == 2)
        assert {c["Context"] for c in channels()} == {"three_way"}
        actions.hangup(link, "liaison-1")
        until(lambda: "three_way" not in {c["Context"] for c in channels()}, 5)
        assert line.result(40).failed == 0
        assert liaison.result(10).failed == 0
        until(lambda: channels() == [])
    assert call_id not in exchange.cli("confbridge list")
    legs = [path for path in sides.in_folder(plan.folder / "spool/legs") if path.name.startswith(call_id)]
    assert len(legs) == 2


@contextmanager
def left_by_his_operator(exchange: Exchange, plan: ExchangePlan, *keys: Step) -> Iterator[tuple[Link, Row]]:
    """A caller whose operator has hung up while liaisons are rung."""
    with (
        Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link,
        phone("8002", "second-phone", Wait(60), exchange=plan.sip_port, ring=1),
        call(Wait(2), Signal("0"), Wait(14), *keys, Wait(40), port=plan.sip_port),
    ):
        exchange.cli("queue add member PJSIP/8002 to hotline")
        until(lambda: len([c for c in actions.core_show_channels(link) if c["ChannelStateDesc"] == "Up"]) == 2, 20)
        rows = actions.core_show_channels(link)
        caller, operator = (next(c for c in rows if name in c["Channel"]) for name in ("trunk", "8002"))
        exchange.cli("queue remove member PJSIP/8002 from hotline")
        actions.redirect(link, caller["Channel"], context="transfer", extension="s", extra_channel=operator["Channel"],
                         extra_context="three_way", extra_extension="officer")  # fmt: skip
        until(lambda: {c["Context"] for c in actions.core_show_channels(link)} == {"transfer", "three_way"})
        actions.hangup(link, operator["Channel"])
        until(lambda: [c["Context"] for c in actions.core_show_channels(link)] == ["transfer"])
        yield link, caller


@pytest.mark.usefixtures("nobody_signed_in")
def test_a_liaison_meets_a_caller_whose_operator_has_gone(exchange: Exchange, plan: ExchangePlan, ears: object) -> None:
    trunk = int(plan.trunk_contact.rpartition(":")[2])
    with answer(Wait(2), Touch("1", 60), port=trunk, calls=1), left_by_his_operator(exchange, plan) as (link, caller):
        call_id = caller["AccountCode"]
        actions.originate(link, "PJSIP/08779601011@trunk", channel_id="liaison-3", context="liaison", extension="s", caller_id=plan.number,
                          account=call_id, variables={"__CALLID": call_id, "ATTEMPT": "liaison-3", "WAITING": caller["Channel"]})  # fmt: skip
        until(lambda: [c["Application"] for c in actions.core_show_channels(link)] == ["ConfBridge"] * 2)
        time.sleep(1)
        assert [c["Application"] for c in actions.core_show_channels(link)] == ["ConfBridge"] * 2, "they don't stay together"


@pytest.mark.usefixtures("nobody_signed_in")
def test_a_caller_who_wants_his_operator_back_and_has_none_gets_another_person(exchange: Exchange, plan: ExchangePlan, ears: object) -> None:
    with phone("8001", "first-phone", Wait(60), exchange=plan.sip_port, ring=1), left_by_his_operator(exchange, plan, Signal("0")) as (link, _):
        exchange.cli("queue add member PJSIP/8001 to hotline")
        until(lambda: "8001" in str([c["Channel"] for c in actions.core_show_channels(link) if c["ChannelStateDesc"] == "Up"]), 20)


@pytest.mark.usefixtures("nobody_signed_in")
@pytest.mark.parametrize("caller_goes_to", ["transfer_over", ""])
def test_an_operator_who_comes_into_the_room_when_his_caller_has_gone_on_or_away_is_free(
    exchange: Exchange, plan: ExchangePlan, ears: object, caller_goes_to: str
) -> None:
    with (
        Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link,
        phone("8002", "second-phone", Wait(60), exchange=plan.sip_port, ring=1),
        call(Wait(2), Press("0", 40), port=plan.sip_port),
    ):

        def places() -> list[str]:
            return sorted(c["Context"] for c in actions.core_show_channels(link))

        exchange.cli("queue add member PJSIP/8002 to hotline")
        until(lambda: len([c for c in actions.core_show_channels(link) if c["ChannelStateDesc"] == "Up"]) == 2, 20)
        rows = actions.core_show_channels(link)
        caller, operator = (next(c["Channel"] for c in rows if name in c["Channel"]) for name in ("trunk", "8002"))
        # the operator waits somewhere, as on a machine that is too busy to lead him on at once
        actions.redirect(link, caller, context="transfer", extension="s", extra_channel=operator, extra_context="transfer", extra_extension="s")
        until(lambda: places() == ["transfer", "transfer"])
        if caller_goes_to:
            until(lambda: is_led(link, caller, caller_goes_to, "s"))
        else:
            actions.hangup(link, caller)
        until(lambda: caller_goes_to in places() or len(places()) == 1)
        until(lambda: is_led(link, operator, "three_way", "officer"))
        until(lambda: "8002" not in str([c["Channel"] for c in actions.core_show_channels(link)]), 10)


@pytest.mark.usefixtures("nobody_signed_in")
def test_a_liaison_who_comes_after_the_caller_hears_him(
    exchange: Exchange, plan: ExchangePlan, ears: object, agi: Callable[..., AbstractContextManager[object]], tmp_path: Path
) -> None:
    hum = tmp_path / "hum.alaw"
    hum.write_bytes(tone((440,), 40))
    # as the script leaves him: silence goes out until the next sound, and in the room there is none
    script = {"liaison": ["EXEC PlayTones 0", "SET CONTEXT three_way", "SET EXTENSION officer", "SET PRIORITY 1"]}
    with (
        agi(incoming=[], **script),
        Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link,
        phone("8002", "second-phone", Wait(60), exchange=plan.sip_port, ring=1),
        answer(Wait(60), port=int(plan.trunk_contact.rpartition(":")[2]), calls=1),
        call(Wait(2), Signal("0"), Say(hum), Wait(50), port=plan.sip_port),
    ):
        exchange.cli("queue add member PJSIP/8002 to hotline")
        until(lambda: len([c for c in actions.core_show_channels(link) if c["ChannelStateDesc"] == "Up"]) == 2, 20)
        rows = actions.core_show_channels(link)
        caller, operator = (next(c for c in rows if name in c["Channel"]) for name in ("trunk", "8002"))
        actions.redirect(link, caller["Channel"], context="transfer", extension="s", extra_channel=operator["Channel"],
                         extra_context="three_way", extra_extension="officer")  # fmt: skip
        call_id = caller["AccountCode"]
        until(lambda: call_id in exchange.cli("confbridge list"))
        until(lambda: is_led(link, caller["Channel"], "three_way", "caller"))
        until(lambda: {c["Context"] for c in actions.core_show_channels(link)} == {"three_way"})
        actions.originate(link, "PJSIP/08779601011@trunk", channel_id="liaison-2", context="liaison", extension="s", caller_id=plan.number,
                          account=call_id, variables={"__CALLID": call_id, "ATTEMPT": "liaison-2", "WAITING": caller["Channel"]})  # fmt: skip
        until(lambda: [c["Context"] for c in actions.core_show_channels(link)] == ["three_way"] * 3)
        time.sleep(3)
        exchange.cli("channel request hangup all")
        nobody_left(exchange)
    heard = plan.folder / f"spool/legs/{call_id}.liaison-2.caller.wav"
    assert loudness(heard)[-16000:].reshape(-1, 800).max(axis=1).min() > 1000, "tenths of the last two seconds"
