"""A message is kept whole, has its slip before its code is spoken, and no code is given twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.exchange import Exchange
from cli.exchange_files import ExchangePlan
from cli.sip import call, place
from cli.sip_scenario import Press, Say, Wait

pytestmark = pytest.mark.journey
CALLERS = 20


@pytest.fixture
def codes(exchange: Exchange) -> Iterator[list[str]]:
    """Codes minted beforehand: three fewer than there are callers."""
    minted = [f"{90000000 + 7919 * number}" for number in range(1, CALLERS - 2)]
    for number, code in enumerate(minted, 1):
        exchange.cli(f"database put codes {number} {code}")
    exchange.cli("database put codepool head 1")
    exchange.cli(f"database put codepool tail {len(minted)}")
    exchange.cli("database put hotline staffed no")
    yield minted
    for family in ("codes", "codepool", "hotline"):
        exchange.cli(f"database deltree {family}")


def test_twenty_callers_at_once_get_codes_each_its_own_until_the_pool_is_empty(
    plan: ExchangePlan, ears: Any, codes: list[str], exchange: Exchange, tone_at: float
) -> None:
    with call(Wait(tone_at + 1), Press("#", then=2.5), port=plan.sip_port, calls=CALLERS, rate=40) as callers:
        result = callers.result(60)
    assert (result.ok, result.failed) == (CALLERS, 0), result.log
    slips = ears.slips(CALLERS)
    given = sorted(slip["code"] for slip in slips if slip["code"])
    assert given == sorted(codes)
    assert len([slip for slip in slips if not slip["code"]]) == CALLERS - len(codes)
    assert all(slip["end"] == "1" for slip in slips)
    assert "0 results found" in exchange.cli("database show codes")


@pytest.mark.usefixtures("codes")
def test_the_slip_is_on_the_disk_before_the_code_is_spoken_and_the_code_is_spoken_twice(
    plan: ExchangePlan, ears: Any, tone_at: float
) -> None:
    with call(Wait(tone_at + 1), Press("#", then=40), port=plan.sip_port) as caller:
        slips = ears.slips(seconds=20)
        seen = time.monotonic()
        result = caller.result(60)
    assert len(slips) == 1
    assert len(slips[0]["code"]) == 8
    assert time.monotonic() - seen > 8
    assert (result.ok, result.failed) == (1, 0), result.log


@pytest.mark.usefixtures("codes")
def test_who_hangs_up_while_speaking_leaves_what_he_said_and_a_slip(
    plan: ExchangePlan, ears: Any, voice: Path, tone_at: float
) -> None:
    result = place(Wait(tone_at), Say(voice), Wait(4), port=plan.sip_port)
    assert (result.ok, result.failed) == (1, 0), result.log
    (slip,) = ears.slips()
    assert slip["status"] == "HANGUP"
    assert slip["end"] == "1"
    assert ears.hear(ears.spool.message(slip["callid"])).seconds > 2


@pytest.mark.usefixtures("codes")
def test_who_hangs_up_before_the_tone_leaves_no_slip(plan: ExchangePlan, ears: Any) -> None:
    place(Wait(2), port=plan.sip_port)
    assert ears.slips(seconds=1) == []
