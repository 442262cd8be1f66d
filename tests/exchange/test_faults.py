"""With FastAGI gone, mute or stopped every caller still reaches a person or a recorder, and hears something meanwhile."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from cli.exchange import Exchange
from cli.exchange_files import ExchangePlan
from cli.sip import call, phone, place
from cli.sip_scenario import Say, Signal, Told, Wait
from tests.exchange.conftest import nobody_left, until
from tests.journeys.prompter import hang_up

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
# A server whose listening socket is open (the kernel accepts), while its process may be stopped.
LISTENER = (
    "import socket,sys,time;s=socket.create_server(('127.0.0.1',int(sys.argv[1])));print(1,flush=True);time.sleep(99)"
)


@pytest.mark.usefixtures("nobody_signed_in")
def test_with_fastagi_dead_a_caller_reaches_the_operator_and_both_are_recorded(
    exchange: Exchange, plan: ExchangePlan, ears: Any, voice: Path, tmp_path: Path
) -> None:
    word = tmp_path / "word.alaw"
    word.write_bytes(voice.read_bytes()[:16000])
    with phone("8001", "first-phone", Say(word), Wait(60), exchange=plan.sip_port):
        exchange.cli("queue add member PJSIP/8001 to hotline")
        result = place(Wait(20), port=plan.sip_port)
        assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    assert ears.hear(recording, until=12).silence < 2
    # after a word of the operator's neither telephone sends anything any more, and the recording goes on all the same
    assert ears.hear(recording).silence > 3
    assert ears.hear(recording).seconds == pytest.approx(ears.spool.lived(recording.stem), abs=0.5)
    rows = ears.spool.events(recording.stem)
    assert any("BRIDGE_ENTER" in row and "PJSIP/8001" in row for row in rows)


def test_a_server_that_accepts_and_never_answers_costs_three_seconds_of_ringing_and_no_more(
    plan: ExchangePlan, ears: Any, agi: Agi
) -> None:
    with agi(incoming=None) as asked:
        result = place(Wait(8), port=plan.sip_port)
        assert (result.ok, result.failed) == (1, 0), result.log
        assert asked[0]["agi_arg_2"] == "13887712345"
    (recording,) = ears.calls()
    assert 2.5 < ears.spool.rang(recording.stem) < 4.5
    assert ears.hear(recording).silence < 1.5
    assert any("agi_timeout" in row for row in ears.spool.events(recording.stem))


def test_a_stopped_server_holds_no_caller(plan: ExchangePlan, ears: Any) -> None:
    child = subprocess.Popen([sys.executable, "-c", LISTENER, plan.agi.rpartition(":")[2]], stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.readline()
    os.kill(child.pid, signal.SIGSTOP)
    try:
        with call(Wait(5), port=plan.sip_port, calls=10, rate=20) as callers:
            result = callers.result(30)
    finally:
        os.kill(child.pid, signal.SIGCONT)
        child.kill()
        child.wait()
    assert (result.ok, result.failed) == (10, 0), result.log
    assert len(ears.calls(10)) == 10


def test_a_caller_who_hangs_up_while_a_mute_server_is_asked_leaves_no_channel_behind(
    exchange: Exchange, plan: ExchangePlan, agi: Agi
) -> None:
    willing = ["SET VARIABLE SELFSERVICE yes"]
    with agi(incoming=willing, self_service=None) as asked, call(Wait(1), Signal("1", then=0), Told(), port=plan.sip_port) as caller:
        until(lambda: [one["agi_network_script"] for one in asked] == ["incoming", "self_service"])
        hang_up(caller)
        nobody_left(exchange, plan.step_budget - 1)


def test_a_self_service_that_falls_mute_hands_the_caller_on_within_five_seconds(
    plan: ExchangePlan, ears: Any, agi: Agi
) -> None:
    with agi(incoming=["SET VARIABLE SELFSERVICE yes", "SET VARIABLE STAFFED no"], self_service=None):
        result = place(Wait(1), Signal("1", then=12), Wait(4), port=plan.sip_port)
    assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    stages = ears.spool.events(recording.stem)
    assert '"message"' in stages[-1]
    assert ears.hear(recording).silence < plan.step_budget + 1.5
    # the caller's telephone sends nothing either, and the recording goes on all the same
    assert ears.hear(recording).seconds == pytest.approx(ears.spool.lived(recording.stem), abs=0.5)


def test_what_a_script_says_comes_next(plan: ExchangePlan, ears: Any, agi: Agi) -> None:
    with agi(incoming=["SET VARIABLE SELFSERVICE yes"], self_service=["SET VARIABLE NEXT goodbye"]):
        result = place(Wait(1), Signal("1", then=15), Wait(10), port=plan.sip_port)
    assert (result.ok, result.failed) == (1, 0), result.log
    assert result.seconds < 22, "he was sent away, long before he would have gone"
    (recording,) = ears.calls()
    assert '"self_service"' in ears.spool.events(recording.stem)[-1]


def test_a_blocked_number_is_told_so_and_nothing_else(plan: ExchangePlan, ears: Any, agi: Agi) -> None:
    with agi(incoming=["SET VARIABLE BLOCKED yes"]):
        result = place(Wait(20), port=plan.sip_port)
    assert result.ok == 1
    assert result.seconds < 19, "he was sent away"
    (recording,) = ears.calls()
    assert '"blocked"' in ears.spool.events(recording.stem)[-1]
