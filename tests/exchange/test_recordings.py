"""Every call is recorded from the first word to the last; a call-back and an operator's own call too."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from cli.exchange import Exchange
from cli.exchange_files import ExchangePlan
from cli.sip import answer, call, place
from cli.sip_scenario import Press, Say, Wait

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]


@pytest.mark.parametrize("speaking", [True, False])
def test_recordings_are_as_long_as_their_calls(plan: ExchangePlan, ears: Any, voice: Path, speaking: bool) -> None:
    steps = (Say(voice), Wait(9)) if speaking else (Wait(9),)
    with call(*steps, port=plan.sip_port, calls=6, rate=5) as callers:
        result = callers.result(40)
    assert (result.ok, result.failed) == (6, 0), result.log
    recordings = ears.calls(6)
    lengths = [ears.hear(path).seconds for path in recordings]
    assert len(lengths) == 6
    assert lengths == [pytest.approx(9, abs=0.5)] * 6


def test_a_call_back_rings_the_citizen_and_enters_by_the_same_door(
    exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi
) -> None:
    port = int(plan.trunk_contact.rpartition(":")[2])
    script = ["STREAM FILE hotline/greeting 1", "SET VARIABLE NEXT goodbye"]
    with agi(callback=script) as asked, answer(Wait(1), Press("1"), Wait(20), port=port, calls=1) as citizen:
        exchange.cli("channel originate PJSIP/13887712345@trunk extension s@callback")
        result = citizen.result(30)
    assert (result.ok, result.failed) == (1, 0), result.log
    assert asked[0]["agi_network_script"] == "callback"
    assert len(ears.calls()) == 1


def test_a_call_back_whose_script_is_gone_says_sorry_and_hangs_up(
    exchange: Exchange, plan: ExchangePlan, ears: Any
) -> None:
    port = int(plan.trunk_contact.rpartition(":")[2])
    with answer(Wait(20), port=port, calls=1) as citizen:
        exchange.cli("channel originate PJSIP/13887712345@trunk extension s@callback")
        result = citizen.result(30)
    assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    assert ears.hear(recording).silence < 1.5


def test_a_caller_who_waited_long_enough_may_leave_a_message_by_key(plan: ExchangePlan, ears: Any, agi: Agi) -> None:
    with agi(incoming=["SET VARIABLE STAFFED no"]):
        result = place(Wait(12), port=plan.sip_port)
    assert result.ok == 1
    (recording,) = ears.calls()
    assert '"message"' in ears.spool.events(recording.stem)[-1]
