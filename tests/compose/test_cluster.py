"""Two exchanges behind Kamailio, each in its container: calls spread, one is drained and renewed, one is killed, one
dies, and callers meet no more of it than docs/operations.md says."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from cli import sip
from cli.sip_scenario import Press, Say, Wait
from tests.compose.cluster import OF, Cluster, cluster, people
from tests.compose.docker import eventually
from tests.journeys.trouble import TUNE
from tests.recordings.proof.lives import CUT_OFF
from tests.support.own_records import ONE, TWO

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
ASKS = (Wait(1.5), Press("0", 1))
LEAVES_A_QUESTION = (Wait(1.5), Press("0", 9), Say(TUNE), Wait(2.5), Press("#", 8))
OFF_BY = 0.5  # seconds that a recording may be longer or shorter than its call
OWED_WITHIN = 10  # seconds in which who waited on a dead exchange is owed a call


@pytest.fixture(scope="module")
def pair(engine: dict[str, str]) -> Iterator[Cluster]:
    with cluster(engine) as made:
        yield made


def test_in_a_cluster_all_is_well_and_nobody_may_more_than_he_needs(pair: Cluster) -> None:
    said = pair.compose("exec", "-T", "web", "hotline", "doctor").splitlines()
    assert all(line.startswith("ok ") for line in said), said
    assert any(f"exchange {TWO}" in line for line in said)
    config = f"{pair.folder}/dispatcher/kamailio.cfg"
    assert "config file ok" in pair.compose("run", "--rm", "--no-deps", "-T", "kamailio", "-c", "-f", config, both=True)
    for service in (*OF.values(), "kamailio"):
        status = pair.compose("exec", "-T", service, "cat", "/proc/1/status")
        assert re.search(r"^Uid:\s+10128\s", status, re.M), service
        assert re.search(r"^CapBnd:\s+0+$", status, re.M), service
    pair.compose("exec", "-T", "kamailio", "ls", f"{pair.folder}/secrets", fails=True)


def test_in_a_cluster_the_trial_call_goes_the_carriers_way(pair: Cluster) -> None:
    pair.compose("--profile", "sipp", "run", "--rm", "-T", "sipp", seconds=90)
    eventually(lambda: pair.compose.row("SELECT count(*) FROM call WHERE outcome IS NOT NULL") == "1")


def test_in_a_cluster_calls_spread_and_each_is_recorded_whole(pair: Cluster) -> None:
    callers = people(16, "51")
    with pair.call(callers, Wait(4)) as sipp:
        result = sipp.result(60)
    assert (result.ok, result.failed) == (16, 0), result.log
    spread = pair.of(callers)
    assert min(spread[ONE], spread[TWO]) >= 2, spread
    assert pair.records.answered_by(callers) == spread
    assert pair.off(callers) < OFF_BY


def test_in_a_cluster_who_wants_a_person_finds_the_queue_from_either(pair: Cluster) -> None:
    with pair.operator(), ExitStack() as stack:
        for place, node in enumerate(pair.ports):
            caller = people(1, f"5{place + 2}")
            with pair.only(node):
                sipp = stack.enter_context(pair.call(caller, *ASKS, Wait(8)))
                pair.there(caller)
            assert sipp.result(40).failed == 0
            assert pair.of(caller) == {ONE: 1}, "the queues are there"
            assert pair.rows("c.outcome", caller) == [["answered_by_operator"]], f"from {node}"
            assert pair.records.answered_by(caller) == {node: 1}
            assert pair.off(caller) < OFF_BY


def test_in_a_cluster_questions_left_on_either_become_tickets_with_their_sound(pair: Cluster) -> None:
    callers = people(4, "54")
    with ExitStack() as stack:
        for node, two in {ONE: callers[:2], TWO: callers[2:]}.items():
            with pair.only(node):
                stack.enter_context(pair.call(two, *LEAVES_A_QUESTION))
                pair.there(two)
        pair.of(callers, seconds=90)
    tickets = "SELECT count(*) FROM ticket t JOIN recording r ON r.id = t.recording_id WHERE r.state = 'complete'"
    eventually(lambda: pair.compose.row(tickets) == "4")
    assert pair.records.answered_by(callers) == {ONE: 2, TWO: 2}
    assert pair.off(callers) < OFF_BY


def test_in_a_cluster_an_exchange_is_drained_and_renewed_and_no_caller_notices(
    pair: Cluster, record_property: Callable[[str, object], None]
) -> None:
    before, meanwhile, after = people(6, "55"), people(40, "56"), people(16, "57")
    old = pair.compose.pid(OF[ONE])
    with pair.call(before, Wait(15)) as running:
        pair.there(before)
        pair.compose("exec", "-T", "web", "hotline", "asterisk", "drain", ONE)
        pair.holder(TWO)
        with pair.call(meanwhile, Wait(2), rate=1) as others:
            assert running.result(60).failed == 0
            eventually(lambda: "0 active channels" in pair.asterisk(ONE, "core show channels count"))
            began = time.monotonic()
            pair.up("--force-recreate", OF[ONE])
            took = time.monotonic() - began
            result = others.result(90)
    assert (result.ok, result.failed) == (40, 0), result.log
    assert pair.of(meanwhile) == {TWO: 40}
    assert pair.records.answered_by(before).keys() == {ONE, TWO}
    assert pair.off(before) < OFF_BY
    assert pair.compose.pid(OF[ONE]) not in {0, old}
    pair.compose("exec", "-T", "web", "hotline", "asterisk", "drain", ONE, "--back")
    pair.taking(ONE, TWO)
    with pair.call(after, Wait(2)) as sipp:
        assert sipp.result(40).failed == 0
    assert pair.of(after).keys() == {ONE, TWO}
    record_property("figures", f"40 calls, 1 a second, while one was renewed in {took:.0f} s: none failed")


def test_in_a_cluster_callers_of_a_killed_exchange_are_owed_calls_and_all_others_go_on(
    pair: Cluster, record_property: Callable[[str, object], None]
) -> None:
    """The second one holds the queues. Five wait there who came in on it, one who came in on the first."""
    waiting, through, after = people(5, "58"), people(1, "59"), people(10, "60")
    pair.holder(TWO)
    with pair.operator("paused"), ExitStack() as stack:
        with pair.only(TWO):
            stack.enter_context(pair.call(waiting, *ASKS, Wait(200)))
            pair.there(waiting, queued=True)
        with pair.only(ONE):
            comes = stack.enter_context(pair.call(through, *ASKS, Wait(40)))
            pair.there(through, queued=True)
        pair.taking(ONE, TWO)
        time.sleep(3)
        died, killed = time.monotonic(), time.time()
        pair.compose("kill", OF[TWO])
        others = stack.enter_context(pair.call(after, Wait(3)))  # the first of them before Kamailio has noticed
        eventually(lambda: pair.owed(waiting) == len(waiting), OWED_WITHIN)
        took = time.monotonic() - died
        record_property("figures", f"5 callers are owed calls {took:.1f} s after their exchange was killed")
        pair.holder(ONE)
        pair.operator_is("ready")
        result = others.result(40)
        assert (result.ok, result.failed) == (10, 0), result.log
        assert pair.of(after) == {ONE: 10}
        assert comes.result(60).failed == 0
    assert took < OWED_WITHIN
    assert pair.of(through) == {ONE: 1}
    assert pair.rows("c.outcome", through) == [["answered_by_operator"]]
    assert pair.off(through) < OFF_BY
    answered = pair.records.answered()
    lost = [killed - answered[call] - seconds for call, seconds in pair.recorded(waiting, 120).items()]
    assert max(lost) < CUT_OFF + OFF_BY, lost


def test_in_a_cluster_who_was_killed_is_started_again_and_takes_calls(pair: Cluster) -> None:
    """It was killed by hand: Docker leaves it so."""
    callers = people(16, "61")
    assert pair.compose.pid(OF[TWO]) == 0
    pair.up(OF[TWO])
    pair.taking(ONE, TWO)
    with pair.call(callers, Wait(2)) as sipp:
        assert sipp.result(60).failed == 0
    assert pair.of(callers).keys() == {ONE, TWO}
    pair.holder(ONE)


def test_in_a_cluster_who_is_owed_a_call_is_rung_through_kamailio_and_recorded(pair: Cluster) -> None:
    with pair.operator("paused"), sip.answer(Wait(3), port=pair.carrier, calls=1) as citizen:
        pair.ring_back(people(5, "58")[0])
        result = citizen.result(40)
    assert (result.ok, result.failed) == (1, 0), result.log
    recorded = "SELECT r.state FROM recording r JOIN callback_attempt a ON a.call_id = r.call_id"
    eventually(lambda: pair.compose.row(recorded) == "complete")


def test_in_a_cluster_an_exchange_that_dies_is_back_by_itself_and_its_callers_are_owed_calls(
    pair: Cluster, record_property: Callable[[str, object], None]
) -> None:
    """Docker starts it before it is held to be dead: it comes back, and knows nobody."""
    if os.getuid():
        pytest.skip("not run: only root may kill a container's process without Docker's knowing")
    waiting, after, old = people(4, "62"), people(8, "63"), pair.compose.pid(OF[ONE])
    with pair.operator("paused"), ExitStack() as stack:
        with pair.only(ONE):
            stack.enter_context(pair.call(waiting, *ASKS, Wait(200)))
            pair.there(waiting, queued=True)
        pair.taking(ONE, TWO)
        died = time.monotonic()
        os.kill(old, signal.SIGKILL)
        eventually(lambda: pair.owed(waiting) == len(waiting), OWED_WITHIN)
        took = time.monotonic() - died
        record_property("figures", f"4 callers are owed calls {took:.1f} s after their exchange died")
        assert stack.enter_context(pair.call(after, Wait(2))).result(40).failed == 0
    assert took < OWED_WITHIN
    pair.of(after)
    assert pair.compose.pid(OF[ONE]) not in {0, old}
    pair.taking(ONE, TWO)
