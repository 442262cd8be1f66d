"""Whom the hotline rings is known by the number that was rung, whatever he goes on to."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from pydantic import SecretStr

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import answer
from cli.sip_scenario import Wait
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.telephone import Telephone
from hotline.settings import Settings
from tests.exchange.conftest import nobody_left, until

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
CITIZEN, EXTENSION = "08772012345", "转8001"  # the machine dials no extension
WAYS: dict[str, Callable[[Telephone], None]] = {
    "callback": lambda telephone: telephone.dial(Attempt(id="rung-callback", callback_id=1, call_id="20261127120000-for-a-reply"), CITIZEN + EXTENSION),
    "telling": lambda telephone: telephone.tell(CITIZEN, channel_id="telling-1-1", call_id="20261127120000-for-a-word"),
}


@pytest.mark.parametrize("script", WAYS)
def test_who_was_rung_and_leaves_a_question_is_asked_whether_that_number_is_right(
    exchange: Exchange, plan: ExchangePlan, settings: Settings, agi: Agi, script: str
) -> None:
    there = {"ami_port": plan.ami_port, "ami_user": plan.ami_user, "ami_secret": SecretStr(plan.ami_secret)}
    telephone = Telephone(settings.model_copy(update=there))
    leads = {script: ["SET VARIABLE NEXT message"], "leave_question": None}
    with agi(**leads) as asked, answer(Wait(60), port=int(plan.trunk_contact.rpartition(":")[2]), calls=1):
        WAYS[script](telephone)
        until(lambda: len(asked) == len(leads))
        exchange.cli("channel request hangup all")
        nobody_left(exchange)
    telephone.close()
    assert (asked[-1]["agi_network_script"], asked[-1]["agi_arg_2"]) == ("leave_question", CITIZEN)
