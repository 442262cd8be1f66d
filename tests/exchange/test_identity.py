"""Whatever a stranger calls himself, it is cleaned or refused, never executed, and never breaks a line."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from cli.exchange import Exchange
from cli.exchange_files import ExchangePlan
from cli.sip import place
from cli.sip_scenario import Wait

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


def test_an_operators_number_without_his_password_opens_nothing(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked:
        result = place(Wait(1), port=plan.sip_port, caller="8001", to="013887712345")
    assert result.ok == 0
    assert "401" in result.log
    assert asked == []


def test_the_trunk_cannot_dial_out_nor_reach_a_phone(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=[]) as asked:
        place(Wait(1), port=plan.sip_port, to="013887712345")
        place(Wait(1), port=plan.sip_port, to="8001")
    assert [one["agi_arg_3"] for one in asked] == ["013887712345", "8001"]
