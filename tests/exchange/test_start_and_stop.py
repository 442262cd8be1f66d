"""The exchange starts quickly and without complaint, several stand side by side, and none leaves anything behind."""

import dataclasses
import os
import signal
import socket
import time
from pathlib import Path
from uuid import uuid4

import pytest

from ami_listener.breaks import MARK
from cli.engine import run
from cli.exchange import BOOT_SECONDS, Exchange
from cli.exchange_plan import ExchangePlan
from cli.image import ensure
from cli.priority import FIRST, threads
from cli.sip import free_port
from hotline.exchange import actions
from hotline.exchange.link import Address, Link
from tests.exchange.conftest import until
from tests.support.telephone import Telephone

pytestmark = pytest.mark.journey
SOON = 6.0  # seconds
# (part of a line, why it may stand in the log of a start)
ALLOWED: tuple[tuple[str, str], ...] = ()


def _other(plan: ExchangePlan, folder: Path) -> ExchangePlan:
    ports = [free_port(socket.SOCK_STREAM) for _ in range(2)]
    return dataclasses.replace(
        plan,
        folder=folder,
        sip_port=free_port(),
        ami_port=ports[0],
        http_port=ports[1],
        node="other",
        rtp_from=29000,
        rtp_to=29099,
    )


def test_a_second_exchange_starts_beside_the_first_within_seconds_without_complaint_and_is_gone_after(
    exchange: Exchange, plan: ExchangePlan, tmp_path: Path
) -> None:
    other = Exchange(_other(plan, tmp_path))
    ensure()  # building the image is not starting
    began = time.monotonic()
    other.start()
    took = time.monotonic() - began
    try:
        assert took < BOOT_SECONDS / 2, "by itself it takes less, see below"
        complaints = [line for line in other.log.splitlines() if "ERROR[" in line or "WARNING[" in line]
        assert [line for line in complaints if not any(part in line for part, _ in ALLOWED)] == []
        assert other.running
        assert exchange.running
        assert "8001" in other.cli("pjsip show endpoints")
    finally:
        other.stop()
    assert not other.running
    assert other.plan.container not in run("ps", "--all", "--format", "{{.Names}}").stdout
    assert exchange.running


@pytest.mark.alone
def test_an_exchange_has_answered_its_first_call_six_seconds_after_it_was_begun(plan: ExchangePlan, tmp_path: Path) -> None:
    exchange = Exchange(_other(plan, tmp_path))
    ensure()
    began = time.monotonic()
    exchange.start()
    booted = time.monotonic() - began
    try:
        with Telephone(exchange.plan.sip_port) as caller:
            caller.rings()
            answered = time.monotonic() - began
            caller.leaves()
    finally:
        exchange.stop()
    print(f"booted after {booted:.1f} s, its first call answered after {answered:.1f} s")
    assert answered < SOON


@pytest.mark.skipif(os.getuid() != 0, reason="only root may let a process go before others")
def test_the_exchange_goes_before_all_else_on_the_machine_with_all_its_threads(exchange: Exchange) -> None:
    assert len(threads(exchange.process)) > 5
    assert {os.getpriority(os.PRIO_PROCESS, thread) for thread in threads(exchange.process)} == {FIRST}


def test_starting_again_replaces_what_a_crash_left_and_who_watched_it_sees_a_death_and_no_more(
    plan: ExchangePlan, tmp_path: Path
) -> None:
    first, second = Exchange(_other(plan, tmp_path)), Exchange(_other(plan, tmp_path))
    first.start()
    try:
        assert not first.has_died()
        assert _marked(first.plan) == ""
        assert _marked(first.plan) == "yes", "the same process knows it by another link"
        os.kill(first.process, signal.SIGKILL)
        until(first.has_died)
        second.start()
        assert second.running
        assert not first.has_died(), "another runs in its place"
        assert _marked(second.plan) == "", "by which the listener tells it from the one that died"
    finally:
        second.stop()
    assert not first.has_died(), "it was stopped"


def _marked(plan: ExchangePlan) -> str:
    """What the listener's mark says; set from now on."""
    with Link(Address("127.0.0.1", plan.ami_port, plan.ami_user, plan.ami_secret)) as link:
        was = actions.getvar(link, MARK)
        actions.setvar(link, MARK, "yes")
        return was


def test_generated_files_are_for_the_owner_alone(exchange: Exchange) -> None:
    written = [path for path in (exchange.plan.root / "generated").iterdir() if path.is_file()]
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []
    assert "manager.conf" in {path.name for path in written}


def test_the_application_may_do_over_ami_what_it_needs_and_not_run_console_commands(
    exchange: Exchange, plan: ExchangePlan
) -> None:
    def ask(text: str) -> str:
        """What is answered to this; events of others and of lists pass by."""
        mark = f"ActionID: {uuid4()}\r\n"
        link.sendall(text.replace("\n", "\r\n").encode() + f"\r\n{mark}\r\n".encode())
        told = ""
        while not (answers := [one for one in told.split("\r\n\r\n")[:-1] if f"{one}\r\n".count(mark)]):
            told += link.recv(65536).decode()
        return answers[0]

    with socket.create_connection(("127.0.0.1", plan.ami_port), timeout=30) as link:
        assert "Authentication accepted" in ask(f"Action: Login\nUsername: {plan.ami_user}\nSecret: {plan.ami_secret}")
        assert "Success" in ask("Action: DBPut\nFamily: hotline\nKey: tried\nVal: yes")
        assert "Success" in ask("Action: QueueStatus\nQueue: hotline")
        assert "Success" in ask("Action: CoreShowChannels")
        assert "Success" in ask("Action: Status")
        assert "Permission denied" in ask("Action: Command\nCommand: core stop now")
        assert "Permission denied" in ask("Action: UpdateConfig\nSrcFilename: manager.conf\nDstFilename: manager.conf")
        assert "Success" not in ask("Action: Getvar\nVariable: SHELL(id)").split("Value:")[-1]
