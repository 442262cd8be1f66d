"""RFC 4475 on the real exchange: what is strange but right is answered, what is wrong breaks nothing, and no call is left;
nor anything else in the house behind it."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import place
from cli.sip_scenario import Wait
from tests.exchange.conftest import nobody_left
from tests.exchange.talking import BENT, hears, talked, telephone, to_a_person
from tests.journeys.trouble import Breakable, operator
from tests.support.knock import knock
from tests.support.telephone import Message
from tests.support.torture import INVALID, VALID, Torture

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]


def test_all_of_the_rfc_are_there() -> None:
    assert len({one.name for one in [*VALID, *INVALID]}) == 49


def test_what_is_tortuous_is_answered_and_what_is_wrong_breaks_nothing(exchange: Exchange, plan: ExchangePlan, agi: Agi) -> None:
    process = exchange.process
    with agi(incoming=[]):
        wrong = _wrongly_answered(plan.sip_port)
        assert place(Wait(0.2), port=plan.sip_port).ok == 1
    assert wrong == {}
    assert exchange.process == process
    nobody_left(exchange)


@pytest.mark.proof
@pytest.mark.timeout(240)
@pytest.mark.usefixtures("leaves_nothing")
def test_a_whole_house_keeps_no_thread_socket_row_or_file_of_it_and_serves_who_calls_meanwhile(house: Breakable) -> None:
    process = house.exchange.process
    with operator(house), telephone(house, "tortured") as phone:
        phone.rings()
        to_a_person(house, phone)
        assert _wrongly_answered(house.port) == {}
        assert hears(phone)
        phone.leaves()
    assert house.exchange.process == process
    talked(house, "tortured", within=BENT)


def _wrongly_answered(port: int) -> dict[str, int]:
    """All 49 at once; which were answered as they may not be."""
    all_of_them = [*VALID, *INVALID]
    with ThreadPoolExecutor(len(all_of_them)) as together:
        told = zip(all_of_them, together.map(lambda one: _tried(port, one), all_of_them), strict=True)
        return {one.name: answer for one, answer in told if answer not in (one.right or {0})}


def _tried(port: int, torture: Torture) -> int:
    """The last answer that came; a call that began so is ended."""
    came = knock(port, torture.content, source="127.0.0.1", seconds=1.2 if 0 in (torture.right or {0}) else 20, enough=lambda one: one.status in torture.right)
    answered = [one for one in came if one.status == 200 and one.method == "INVITE"]
    for one in answered[:1]:
        knock(port, _within(one, "ACK"), _within(one, "BYE"), source="127.0.0.1", seconds=0.3)
    return 200 if answered else max((one.status for one in came), default=0)


def _within(answer: Message, method: str) -> bytes:
    """A request within the call that this answer began."""
    turn, target = int(answer["cseq"].split()[0]) + (method == "BYE"), re.findall(r"<(sip:[^>]+)>", answer["contact"])[0]
    return "\r\n".join([f"{method} {target} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{time.time_ns()}", f"From: {answer['from']}",
                        f"To: {answer['to']}", f"Call-ID: {answer['call-id']}", f"CSeq: {turn} {method}", "Max-Forwards: 70", "", ""]).encode()  # fmt: skip
