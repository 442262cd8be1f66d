"""Keys while somebody waits in the queue, by the exchange alone: nobody loses his place by one, and 110 is heard."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from agi.voice import seconds_of
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import Sipp, call, phone
from cli.sip_scenario import Signal, Step, Told, Wait
from dispatch.calls import queue_log
from dispatch.line.flags import Skill
from dispatch.line.overflow import HELD, ORDINARY
from dispatch.line.skilled import DANGER, queue_of
from hotline.exchange import actions
from hotline.exchange.link import Address, Link
from tests.exchange.conftest import nobody_left, until
from tests.journeys.prompter import go_on

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
FIRST, SECOND, TALKS = "13887712345", "13900000000", "13700000001"


@pytest.fixture
def link(exchange: Exchange, plan: ExchangePlan) -> Iterator[Link]:
    with Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link:
        yield link
    exchange.cli("channel request hangup all")
    for queue in ("hotline", "hotline-elderly", "hotline-danger"):
        for number in ("8001", "8002"):
            exchange.cli(f"queue remove member PJSIP/{number} from {queue}")
    nobody_left(exchange)


def waiting(link: Link, queue: str = "hotline-elderly") -> list[str]:
    """Their numbers, the first first."""
    rows = [row for row in actions.queue_status(link, queue) if row["Event"] == "QueueEntry"]
    return [row["CallerIDNum"] for row in sorted(rows, key=lambda row: int(row["Position"]))]


def entered(plan: ExchangePlan, number: str) -> int:
    """How often somebody came to a queue, as the exchange itself noted it."""
    rows = (plan.folder / "spool/cel/cel.csv").read_text().splitlines()
    return sum(row.startswith('"APP_START"') and f'"{number}"' in row and '"Queue"' in row for row in rows)


def asks(plan: ExchangePlan, number: str, *then: Step) -> Sipp:
    """Somebody asks for a person."""
    return call(Wait(1.5), Signal("0", then=0), *then, Wait(90), port=plan.sip_port, caller=number)


def test_who_presses_0_at_once_after_1_waits_on_where_he_was_not_before_others(exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi) -> None:
    flagged = ["SET VARIABLE STAFFED yes", "SET VARIABLE SKILL elderly", "SET VARIABLE SKILL_SECONDS 60"]
    with (
        agi(incoming=flagged, waits_on=["SET VARIABLE POSITION 2"]) as asked,
        phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=60),
    ):
        for queue in ("hotline", "hotline-elderly"):
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
        with asks(plan, FIRST):
            until(lambda: waiting(link) == [FIRST])
            with asks(plan, SECOND, Told(), Signal("1", then=0.7), Signal("0", then=0)) as second:
                until(lambda: waiting(link) == [FIRST, SECOND])
                with asks(plan, TALKS):
                    until(lambda: waiting(link) == [FIRST, SECOND, TALKS])
                    go_on(second, 2)
                    until(lambda: [one["agi_network_script"] for one in asked][3:] == ["waits_on"])
                    until(lambda: len(waiting(link)) == 3)
                    assert waiting(link) == [FIRST, SECOND, TALKS]


@pytest.mark.parametrize("key", ["1", "*"])
def test_who_waits_leaves_his_question_by_either_key(exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi, key: str) -> None:
    """Long before the queue has nobody for him."""
    flagged = ["SET VARIABLE STAFFED yes", "SET VARIABLE SKILL elderly", "SET VARIABLE SKILL_SECONDS 60"]
    with (
        agi(incoming=flagged, leave_question=["SET VARIABLE NEXT goodbye"]) as asked,
        phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=60),
    ):
        for queue in ("hotline", "hotline-elderly"):
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
        with asks(plan, FIRST, Told(), Signal(key, then=0)) as first:
            until(lambda: waiting(link) == [FIRST])
            go_on(first, 2)
            until(lambda: [one["agi_network_script"] for one in asked][1:] == ["leave_question"])


@contextmanager
def hears_his_place(
    exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi, *presses: Step, after: float = 1.2
) -> Iterator[Callable[[], list[str]]]:
    """The second of three who wait presses keys while his place is said, which it is at once; the scripts asked since."""
    flagged = ["SET VARIABLE STAFFED yes", "SET VARIABLE SKILL elderly", "SET VARIABLE SKILL_SECONDS 60"]
    scripts = {"incoming": flagged, "leave_question": ["SET VARIABLE NEXT goodbye"], "waits_on": ["SET VARIABLE POSITION 2"]}
    with agi(**scripts) as asked, phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=60):
        for queue in ("hotline", "hotline-elderly", "hotline-danger"):
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
        with asks(plan, FIRST):
            until(lambda: waiting(link) == [FIRST])
            with asks(plan, SECOND, Told(), *presses) as second:
                until(lambda: waiting(link) == [FIRST, SECOND])
                time.sleep(after)
                go_on(second, 2)
                with asks(plan, TALKS):
                    yield lambda: [name for one in asked if (name := one["agi_network_script"]) != "incoming"]


@pytest.mark.parametrize("after", [0.3, 2.0])
def test_who_presses_1_while_his_place_is_said_is_told_the_key_and_leaves_his_question_by_it(
    exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi, after: float
) -> None:
    """Which key he pressed the exchange's queue doesn't say."""
    with hears_his_place(exchange, plan, link, agi, Signal("1", then=1.5), Signal("1", then=0), after=after) as asked:
        until(lambda: asked() == ["leave_question"])


def test_whoever_presses_no_key_after_that_waits_on_where_he_was(exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi) -> None:
    with hears_his_place(exchange, plan, link, agi, Signal("5", then=0)) as asked:
        until(lambda: asked() == ["waits_on"])
        until(lambda: waiting(link) == [FIRST, SECOND, TALKS])
    assert "|EXITWITHKEY|?|2|2|" in (plan.folder / "spool/cel" / queue_log.BOOK).read_text()


def test_110_is_heard_while_a_place_is_said(exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi) -> None:
    with hears_his_place(exchange, plan, link, agi, *(Signal(key, then=0.3) for key in "110")):
        until(lambda: waiting(link, "hotline-danger") == [SECOND])


@pytest.mark.parametrize(("keys", "key"), [("queue-keys", "1"), ("queue-keys-place", "2")])
def test_who_presses_a_key_and_then_waits_on_is_not_put_behind_others(
    exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi, keys: str, key: str
) -> None:
    """Out of the steps of a message, by 0; and who was rung already, and keeps no place."""
    flagged = ["SET VARIABLE STAFFED yes", "SET VARIABLE SKILL elderly"]
    with (
        agi(incoming=flagged, leave_question=["SET VARIABLE NEXT operator"]),
        phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=60),
    ):
        for queue in ("hotline", "hotline-elderly"):
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
        with asks(plan, FIRST):
            until(lambda: waiting(link) == [FIRST])
            with asks(plan, SECOND):
                until(lambda: waiting(link) == [FIRST, SECOND])
                (first,) = [row["Channel"] for row in actions.core_show_channels(link) if row["CallerIDNum"] == FIRST and "trunk" in row["Channel"]]
                exchange.cli(f"dialplan set chanvar {first} ATTEMPT before")
                before = entered(plan, FIRST)
                actions.redirect(link, first, context=keys, extension=key)
                until(lambda: entered(plan, FIRST) > before)
                until(lambda: len(waiting(link)) == 2)
                assert waiting(link) == [FIRST, SECOND]


def with_whom(link: Link, phone_number: str) -> list[str]:
    """The numbers of who is on the line with an operator's telephone."""
    rows = actions.core_show_channels(link)
    bridges = {row["BridgeId"] for row in rows if f"PJSIP/{phone_number}-" in row["Channel"]} - {""}
    return [row["CallerIDNum"] for row in rows if row["BridgeId"] in bridges and "trunk" in row["Channel"]]


def test_who_keys_110_while_he_waits_goes_before_all_others_whatever_these_need(exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi) -> None:
    flagged = ["SET VARIABLE STAFFED yes", "SET VARIABLE SKILL elderly", "SET VARIABLE QUEUE_PRIO 6"]
    help_me: tuple[Step, ...] = (Wait(12), *(Signal(key, then=0.3) for key in "110"))
    with agi(incoming=flagged), phone("8001", "first-phone", Wait(90), exchange=plan.sip_port, ring=0.3):
        for queue in ("hotline", "hotline-elderly", "hotline-danger"):
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
        with asks(plan, TALKS) as talks:
            until(lambda: with_whom(link, "8001") == [TALKS])
            with asks(plan, FIRST), asks(plan, SECOND, *help_me):
                until(lambda: FIRST in waiting(link))
                until(lambda: waiting(link, "hotline-danger") == [SECOND])
                talks.stop()
                (talking,) = [row["Channel"] for row in actions.core_show_channels(link) if row["CallerIDNum"] == TALKS and "trunk" in row["Channel"]]
                actions.hangup(link, talking)
                until(lambda: with_whom(link, "8001") in ([FIRST], [SECOND]))
                assert with_whom(link, "8001") == [SECOND]


def test_of_an_operator_who_is_in_all_queues_danger_has_more_than_any_skill_and_a_skill_more_than_all_others(link: Link) -> None:
    """What decides it, while the one above may be lucky: of two that weigh the same the exchange takes either."""
    weights = {row["Queue"]: int(row["Weight"]) for row in actions.queue_status(link) if row["Event"] == "QueueParams"}
    skilled = {weights[queue_of("hotline", skill)] for skill in Skill}
    assert weights[queue_of("hotline", DANGER)] > max(skilled)
    assert min(skilled) > weights["hotline"]


@pytest.mark.parametrize(("skill", "offered"), [("danger", False), ("elderly", True)])
def test_who_is_in_danger_is_offered_no_call_back_though_nobody_is_free(
    exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi, skill: str, offered: bool
) -> None:
    told = ["SET VARIABLE STAFFED yes", f"SET VARIABLE SKILL {skill}", "SET VARIABLE QUEUE_PRIO 6"]
    exchange.cli("dialplan set global PLACES yes")
    try:
        with agi(incoming=told, keep_place=["SET VARIABLE NEXT goodbye"]) as asked, phone("8001", "first-phone", Wait(1), exchange=plan.sip_port):
            for queue in ("hotline", f"hotline-{skill}"):
                exchange.cli(f"queue add member PJSIP/8001 to {queue}")
                exchange.cli(f"queue pause member PJSIP/8001 queue {queue}")
            at_the_offer = Wait(seconds_of("hotline/to_operator") + 1.5)
            with asks(plan, FIRST, at_the_offer, Signal("2", then=0)):
                until(lambda: [one["agi_network_script"] for one in asked][1:] == ["keep_place"] if offered else waiting(link, f"hotline-{skill}") == [FIRST])
                time.sleep(2)
        assert [one["agi_network_script"] for one in asked] == ["incoming", *(["keep_place"] if offered else [])]
    finally:
        exchange.cli("dialplan set global PLACES no")


def test_who_is_in_danger_reaches_operators_in_reserve_at_once(exchange: Exchange, plan: ExchangePlan, link: Link, agi: Agi) -> None:
    in_danger = ["SET VARIABLE STAFFED yes", "SET VARIABLE SKILL danger", "SET VARIABLE QUEUE_PRIO 10"]
    with agi(incoming=in_danger), phone("8001", "first-phone", Wait(1), exchange=plan.sip_port), phone("8002", "second-phone", Wait(60), exchange=plan.sip_port):
        for queue, held in (("hotline", HELD), ("hotline-danger", ORDINARY)):
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
            exchange.cli(f"queue pause member PJSIP/8001 queue {queue}")
            exchange.cli(f"queue add member PJSIP/8002 to {queue} penalty {held}")
        with asks(plan, FIRST):
            until(lambda: with_whom(link, "8002") == [FIRST], 1.5 + seconds_of("hotline/to_operator") + 8)
