"""Whatever a stranger calls himself, it is cleaned or refused, never executed, and never breaks a line."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pydantic import SecretStr

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import SipError, call, free_port, place, register
from cli.sip_scenario import Wait
from dispatch.line.browser_phones import let_in, shut_out
from hotline.exchange import actions
from hotline.exchange.link import Address, Link
from hotline.settings import Settings
from tests.exchange.conftest import nobody_left, until

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
CALLID = re.compile(r"\d{14}-[0-9a-f]{12}")
NAMES = {
    "quotes": ('"a \\" b\\\\ \', ${CALLID} ;=|"', "13887712345"),
    "line ends": ('"a%0d%0ab%0aagi_arg_1: x"', "138%0d%0aagi_arg_1:%20x%0a"),
    "expression": ('"${SHELL(id)}"', "138$%7BSHELL(id)%7D"),
    "long": (f'"{"x" * 3000}"', "1" * 300),
    "invalid utf-8": ('"\xff\xfe\xc3\x28"', "138%ff%fe"),
    "anonymous": ('"Anonymous"', "anonymous"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_rude_caller_reaches_the_script_clean(
    kind: str, exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi
) -> None:
    name, number = NAMES[kind]
    with agi(incoming=[]) as asked:
        result = place(Wait(1), port=plan.sip_port, name=name, caller=number)
    assert (result.ok, result.failed) == (1, 0), result.log
    (given,) = asked
    assert CALLID.fullmatch(given["agi_arg_1"])
    assert re.fullmatch(r"[0-9+]{0,20}", given["agi_arg_2"])
    assert given["agi_arg_3"] == "96128"
    assert given["agi_calleridname"] == "unknown"
    assert given["agi_callerid"] in (given["agi_arg_2"], "unknown")
    assert given["agi_extension"] == "s"
    rows = list(csv.reader(io.StringIO((plan.folder / "spool/cel/cel.csv").read_text())))
    assert {len(row) for row in rows} == {12}
    assert "uid=" not in exchange.log


def test_a_name_of_ten_thousand_characters_is_refused_and_the_next_caller_served(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked:
        place(Wait(1), port=plan.sip_port, name=f'"{"y" * 10_000}"', seconds=4)
        assert place(Wait(1), port=plan.sip_port).ok == 1
    assert all("yyyy" not in str(one) for one in asked)


def test_a_dialled_number_with_a_line_end_does_not_speak_agi(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked:
        place(Wait(1), port=plan.sip_port, to="96128%0aagi_arg_1:%20x")
    assert [CALLID.fullmatch(one["agi_arg_1"]) is not None for one in asked] == [True]
    assert asked[0]["agi_arg_3"] == "961281"


def test_who_withholds_his_number_has_none_on_the_exchange_of_the_queues_either(exchange: Exchange, plan: ExchangePlan, agi: Agi) -> None:
    """Where a number would be stands what that exchange calls the one on which he came in."""
    address = Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)
    with agi(incoming=[], leave_question=[]) as seen, Link(address) as link, call(Wait(20), caller="exchange1", port=plan.sip_port):
        until(lambda: "menu" in [c["Context"] for c in actions.core_show_channels(link)])
        (caller,) = actions.core_show_channels(link)
        actions.redirect(link, caller["Channel"], context="from_exchange", extension="person")
        until(lambda: len(seen) == 2)
    assert seen[1]["agi_arg_2"] == ""
    nobody_left(exchange)


def test_an_operators_number_without_his_password_opens_nothing(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked:
        result = place(Wait(1), port=plan.sip_port, caller="8001", to="013887712345")
    assert result.ok == 0
    assert "401" in result.log
    assert asked == []


def test_a_telephone_in_a_browser_signs_in_by_the_last_password_that_was_made_for_it_and_by_none_once_it_is_over(
    exchange: Exchange, plan: ExchangePlan
) -> None:
    """Nothing is loaded anew for it; before the first is made nobody signs in, by whatever he says."""
    there = Settings(folder=plan.folder, secret_key=SecretStr("s" * 40), ami_port=plan.ami_port, ami_secret=SecretStr(plan.ami_secret))

    def signs_in(password: str) -> bool:
        try:
            register("8003", password, exchange=plan.sip_port, port=free_port())
        except SipError as refused:
            return "401 Unauthorized" not in str(refused)  # nor is anything else said to him
        return True

    assert [signs_in(word) for word in ("", "none")] == [False, False]
    let_in(there, "8003", "first")
    assert [signs_in(word) for word in ("none", "first")] == [False, True]
    let_in(there, "8003", "second")
    assert [signs_in(word) for word in ("first", "second")] == [False, True]
    assert "8003" in exchange.cli("pjsip show contacts")
    assert shut_out(there, "8003")
    assert [signs_in(word) for word in ("first", "second")] == [False, False]


def test_the_trunk_cannot_dial_out_nor_reach_a_phone(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked:
        place(Wait(1), port=plan.sip_port, to="013887712345")
        place(Wait(1), port=plan.sip_port, to="8001")
    assert [one["agi_arg_3"] for one in asked] == ["013887712345", "8001"]
