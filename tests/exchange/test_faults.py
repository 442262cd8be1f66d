"""With FastAGI gone, mute or stopped every caller still reaches a person or a recorder, and hears something meanwhile."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from agi.run import make_server
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import answer, call, phone, place
from cli.sip_scenario import Say, Signal, Told, Wait
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.link import Address, Link
from hotline.settings import Settings
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


@pytest.fixture
def without_a_database(plan: ExchangePlan, tmp_path: Path) -> Iterator[None]:
    """FastAGI itself, whose database is gone."""
    settings = Settings(folder=tmp_path, secret_key="for tests only, thirty-two characters", agi_port=int(plan.agi.rpartition(":")[2]), agi_sessions=4)
    server = make_server(settings, Database(f"sqlite:///{tmp_path}/no/such/folder/hotline.db")).start()
    yield
    server.stop()


@pytest.mark.usefixtures("nobody_signed_in", "without_a_database")
@pytest.mark.parametrize("context", ["callback", "place_turn", "telling"])
def test_a_machine_that_picks_up_takes_no_operator_when_scripts_find_no_database(exchange: Exchange, plan: ExchangePlan, context: str) -> None:
    trunk, call_id = int(plan.trunk_contact.rpartition(":")[2]), f"20261127120000-{context:0>12}"
    with (
        Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link,
        phone("8001", "first-phone", Wait(60), exchange=plan.sip_port, ring=1),
        answer(Wait(60), port=trunk, calls=1) as machine,
    ):
        exchange.cli("queue add member PJSIP/8001 to hotline")
        variables = {"__CALLID": call_id, "__CALLER": "13887712345", "STAFFED": "yes", "CALLBACK": "1", "ATTEMPT": "telling-1-1"}
        actions.originate(link, "PJSIP/013887712345@trunk", channel_id=f"rung-{context}", context=context, extension="s",
                          caller_id=plan.number, account=call_id, variables=variables)  # fmt: skip
        assert machine.result(40).ok == 1, "he is hung up on"
        nobody_left(exchange)
    rows = (plan.folder / "spool/cel/cel.csv").read_text().splitlines()
    assert not any(call_id in row and "PJSIP/8001" in row for row in rows), "an operator was taken"
