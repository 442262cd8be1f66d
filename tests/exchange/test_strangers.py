"""Who looks for exchanges to abuse learns nothing here, not even that this is one; callers don't notice him."""

import dataclasses
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from cli.exchange import Exchange
from cli.exchange_files import render
from cli.exchange_plan import ExchangePlan
from cli.sip import place, register
from cli.sip_scenario import Wait
from tests.exchange.conftest import nobody_left, until
from tests.support.knock import BROKEN, COLLEAGUE, STRANGER, knock, request
from tests.support.telephone import Message, signed

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
METHODS = ("OPTIONS", "REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE", "PUBLISH", "NOTIFY", "REFER", "INFO", "UPDATE", "PRACK", "BYE", "FOO")
USERS = ("8001", "9999", "96128", "trunk", "100", "admin")
OPERATIONS = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
REFUSED, GUESSED = (re.compile(one.replace("<HOST>", r"([\d.]+)")) for one in re.findall(r"^(?:failregex =|           ) (.+<HOST>.*)$", OPERATIONS, re.MULTILINE))
TELLING = re.compile(r"asterisk|pjsip|hotline|debian|22\.\d", re.IGNORECASE)


def test_a_stranger_is_told_the_same_whatever_he_asks_for_and_nothing_more(exchange: Exchange, plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked, ThreadPoolExecutor(16) as together:
        questions = [request(method, user) for method in METHODS for user in USERS]
        told = [one for came in together.map(lambda question: knock(plan.sip_port, question, most=1, seconds=20), questions) for one in came]
    assert len(told) == len(questions)
    assert {_shape(one) for one in told} == {("SIP/2.0 403 Forbidden", ("via", "call-id", "from", "to", "cseq", "server", "content-length"))}
    assert [one for one in told if TELLING.search(one["server"] + one.first)] == []
    assert asked == []
    until(lambda: len(REFUSED.findall(exchange.log)) >= len(questions))
    assert REFUSED.findall(exchange.log) == [STRANGER] * len(questions), "whoever shuts addresses out is told of him"
    assert "0 active channels" in exchange.cli("core show channels count")


def _shape(answer: Message) -> tuple[str, tuple[str, ...]]:
    """An answer without what only repeats the question."""
    return answer.first, tuple(answer.headers)


def _guessing(plan: ExchangePlan, *, within: float) -> set[str]:
    """Whom the exchange's log names for guessing, once it has written it; seconds."""
    end = time.monotonic() + within
    while not (found := set(GUESSED.findall((plan.root / "log/security").read_text()))) and time.monotonic() < end:
        time.sleep(0.1)
    return found


@pytest.mark.usefixtures("exchange")
def test_within_the_office_a_phone_that_is_there_and_one_that_is_not_look_alike(plan: ExchangePlan) -> None:
    told = {number: _guesses(plan, number, "123456", number) for number in ("8001", "8002", "8099", "admin")}
    assert len({str([_shape(one) for one in answers]) for answers in told.values()}) == 1, "one can be told from another"
    assert {one.status for answers in told.values() for one in answers} == {401}
    assert not TELLING.search(str(told))
    assert _guessing(plan, within=20) == {COLLEAGUE}
    register("8001", "first-phone", exchange=plan.sip_port, port=5099)


def _guesses(plan: ExchangePlan, number: str, *passwords: str) -> list[Message]:
    """He signs in with one password after the other."""
    (asked,) = knock(plan.sip_port, request("REGISTER", number, source=COLLEAGUE), source=COLLEAGUE, seconds=20, most=1)
    answers = [asked]
    for password in passwords:
        (answer,) = knock(plan.sip_port, request("REGISTER", number, signed(asked, "REGISTER", "sip:127.0.0.1", number, password), source=COLLEAGUE), source=COLLEAGUE, seconds=20, most=1)
        answers.append(answer)
    return answers


@pytest.mark.parametrize("source", [STRANGER, COLLEAGUE, "127.0.0.1"], ids=["stranger", "colleague", "carrier"])
def test_broken_letters_break_nothing(source: str, exchange: Exchange, plan: ExchangePlan, agi: Agi) -> None:
    process = exchange.process
    with agi(incoming=[]):
        knock(plan.sip_port, *BROKEN.values(), source=source)
        assert place(Wait(0.2), port=plan.sip_port).ok == 1
    assert exchange.process == process
    nobody_left(exchange)


def test_a_scanner_in_full_flight_costs_no_caller_his_call(exchange: Exchange, plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]), ThreadPoolExecutor(1) as beside:
        caller = beside.submit(place, Wait(0.8), port=plan.sip_port)
        many = 0
        while many <= 50 or not caller.done():  # on a busy machine too he is there as long as the call
            many += len(knock(plan.sip_port, *(request("INVITE", str(number), source=COLLEAGUE) for number in range(20)), source=COLLEAGUE, seconds=0.02))
        assert caller.result().ok == 1
    nobody_left(exchange)


def test_only_carriers_and_the_phones_networks_are_heard_unless_a_carrier_has_a_name(plan: ExchangePlan, tmp_path: Path) -> None:
    def heard(**more: tuple[str, ...]) -> list[str]:
        files = render(dataclasses.replace(plan, folder=tmp_path, **more))
        return re.findall(r"^permit = (\S+)", files["pjsip_endpoints"], re.MULTILINE)

    assert heard(trunk_addresses=("203.0.113.7",), phone_networks=("10.1.0.0/16",)) == ["10.1.0.0/16", "203.0.113.7"]
    assert heard(trunk_addresses=("sip.carrier.example",)) == []
