"""Whom the hotline rings is known by the number that was rung, whatever he goes on to, and is thanked for having picked up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pydantic import SecretStr

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import answer
from cli.sip_scenario import Wait
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.telephone import Telephone
from hotline.settings import Settings
from tests.exchange.conftest import hears, nobody_left, until

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
CITIZEN, EXTENSION = "08772012345", "转8001"  # the machine dials no extension
WAYS: dict[str, Callable[[Telephone, str], None]] = {  # and by which number of the call
    "callback": lambda telephone, call_id: telephone.dial(Attempt(id=f"rung-{call_id}", callback_id=1, call_id=call_id), CITIZEN + EXTENSION),
    "telling": lambda telephone, call_id: telephone.tell(CITIZEN, channel_id=f"telling-{call_id}", call_id=call_id),
}


@pytest.fixture
def telephone(exchange: Exchange, plan: ExchangePlan, settings: Settings) -> Iterator[Telephone]:
    there = {"ami_port": plan.ami_port, "ami_user": plan.ami_user, "ami_secret": SecretStr(plan.ami_secret)}
    telephone = Telephone(settings.model_copy(update=there))
    yield telephone
    telephone.close()
    nobody_left(exchange)


@pytest.mark.parametrize("script", WAYS)
def test_who_was_rung_and_leaves_a_question_is_asked_whether_that_number_is_right(
    exchange: Exchange, plan: ExchangePlan, telephone: Telephone, agi: Agi, script: str
) -> None:
    leads = {script: ["SET VARIABLE NEXT message"], "leave_question": None}
    with agi(**leads) as asked, answer(Wait(60), port=int(plan.trunk_contact.rpartition(":")[2]), calls=1):
        WAYS[script](telephone, f"20261127120000-asked-{script}")
        until(lambda: len(asked) == len(leads))
        exchange.cli("channel request hangup all")
        nobody_left(exchange)
    assert (asked[-1]["agi_network_script"], asked[-1]["agi_arg_2"]) == ("leave_question", CITIZEN)


@pytest.mark.parametrize("script", WAYS)
def test_whom_we_rang_nobody_thanks_for_having_rung_us(plan: ExchangePlan, telephone: Telephone, ears: Any, agi: Agi, script: str) -> None:
    with agi(**{script: ["SET VARIABLE NEXT goodbye"]}), answer(Wait(30), port=int(plan.trunk_contact.rpartition(":")[2]), calls=1) as citizen:
        WAYS[script](telephone, f"20261127120000-thanked-{script}")
        assert citizen.result(60).ok == 1
    (recording,) = ears.calls()
    assert (hears(recording, "callback_thanks"), hears(recording, "goodbye")) == (True, False)
