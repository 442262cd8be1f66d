"""110, 119, 120 and 122 on the keys at the first menu: heard by the exchange alone, whatever 1 means there."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import phone, place
from cli.sip_scenario import Signal, Wait
from tests.exchange.conftest import hears
from tests.exchange.test_messages import seconds_of

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
OFFICE = ["SET VARIABLE MENU hotline/greeting&hotline/menu_progress", "SET VARIABLE SELFSERVICE no"]
TOLD: dict[str, list[str] | None] = {
    "no script lives": None, "he is spared the machine": ["SET VARIABLE STAFFED yes"], "the machine is switched off": ["SET VARIABLE SELFSERVICE no"],
    "1 is a message": [*OFFICE, "SET VARIABLE MENU_WAYS -mp-------"], "1 is a person": [*OFFICE, "SET VARIABLE MENU_WAYS --p-------"],
}  # fmt: skip


def events(plan: ExchangePlan, ears: Any, agi: Agi, told: list[str] | None, keys: str) -> list[str]:
    """What the exchange noted of who presses these keys in one go and hangs up soon after."""
    steps = [*(Signal(key, then=0.3) for key in keys[:-1]), Signal(keys[-1], then=3)]
    with agi(incoming=told, leave_question=None) if told else nullcontext():
        place(Wait(1.5), *steps, port=plan.sip_port)
    (recording,) = ears.calls()
    return list(ears.spool.events(recording.stem))


@pytest.mark.parametrize(("told", "number"), [*zip(TOLD, ("110", "119", "120", "122", "110"), strict=True)])
def test_who_keys_it_hears_whom_to_ring_also_where_1_is_not_the_machine(plan: ExchangePlan, ears: Any, agi: Agi, told: str, number: str) -> None:
    noted = events(plan, ears, agi, TOLD[told], number)
    assert f'"emergency_{number}"' in noted[-1], "he hung up while he was told"


@pytest.mark.usefixtures("nobody_signed_in")
@pytest.mark.parametrize(("hour", "there", "promised"), [("yes", True, True), ("yes", False, False), ("no", True, False)])
def test_a_person_is_promised_to_who_is_in_danger_only_where_one_comes(
    exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi, hour: str, there: bool, promised: bool
) -> None:
    lasts = seconds_of("emergency_120", "emergency_person") + 1.5
    with agi(incoming=[f"SET VARIABLE STAFFED {hour}"], leave_question=None), phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=60):
        if there:
            exchange.cli("queue add member PJSIP/8001 to hotline")
        place(Wait(1.5), *(Signal(key, then=0.3) for key in "12"), Signal("0", then=lasts), port=plan.sip_port)
    (recording,) = ears.calls()
    assert (hears(recording, "emergency_120"), hears(recording, "emergency_person")) == (True, promised)


@pytest.mark.parametrize(("keys", "stage"), [("13", "message"), ("10", "message"), ("2", "progress")])
def test_other_keys_lead_where_they_did(plan: ExchangePlan, ears: Any, agi: Agi, keys: str, stage: str) -> None:
    """By 1 a question is left, and nobody is there whom 0 could reach."""
    noted = events(plan, ears, agi, TOLD["1 is a message"], keys) if len(keys) > 1 else one_key(plan, ears, agi, keys)
    assert f'"{stage}"' in noted[-1]


def one_key(plan: ExchangePlan, ears: Any, agi: Agi, key: str) -> list[str]:
    with agi(incoming=TOLD["1 is a message"], progress=None):
        place(Wait(1.5), Signal(key, then=2), port=plan.sip_port)
    (recording,) = ears.calls()
    return list(ears.spool.events(recording.stem))
