"""Two exchanges behind Kamailio, with callers on SIPp: calls spread, one is drained, one is killed, nothing is lost."""

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cli import draining, sip
from cli.exchange import Exchange
from cli.installation import secret
from cli.sip import Sipp
from cli.sip_scenario import Press, Say, Step, Told, Wait
from dispatch.callbacks.missed import MissedCaller
from dispatch.calls import desk
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.queue_events import of_call
from dispatch.calls.queue_lines import Kind as Queued
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.exchange import holding
from hotline.exchange.nodes import each
from hotline.times import now
from recordings.recordings import Kind, Recording, State
from tests.exchange.conftest import until
from tests.journeys.conftest import House, a_house, free_ports
from tests.journeys.prompter import hang_up
from tests.journeys.trouble import TUNE
from tests.recordings.proof.lives import CUT_OFF
from tests.support.own_records import ONE, TWO, OwnRecords

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(600)]
ASKS = (Wait(1.5), Press("0", 1))
OFF_BY = 0.5  # seconds that a recording may be longer or shorter than its call
OWED_WITHIN = 10  # seconds in which who waited on a dead exchange is owed a call, by the settings as shipped


@dataclass
class Pair:
    """A house with two exchanges, reached through Kamailio."""

    house: House
    exchanges: dict[str, Exchange]
    port: int

    def calls(self, callers: Sequence[str], *steps: Step, port: int = 0, rate: float = 4) -> Sipp:
        return sip.call(*steps, port=port or self.port, callers=callers, rate=rate)

    def of(self, callers: Sequence[str], *, ended: bool = True, seconds: float = 30) -> list[Call]:
        """Their calls, once all are there."""

        def found(session: Session) -> list[Call] | None:
            rows = session.scalars(select(Call).where(Call.caller.in_(callers))).all()
            whole = len(rows) == len(callers) and all(row.outcome is not None or not ended for row in rows)
            return list(rows) if whole else None

        return self.house.eventually(found, seconds)

    def queued(self, callers: Sequence[str]) -> None:
        query = select(func.count()).where(Call.caller.in_(callers), Call.queued_at.is_not(None))
        self.house.eventually(lambda session: True if session.scalar(query) == len(callers) else None, 30)

    def holder(self, node: str, seconds: float = 15) -> None:
        settings = self.house.settings
        self.house.eventually(lambda session: True if holding.holder(session, settings=settings) == node else None, seconds)

    @property
    def records(self) -> OwnRecords:
        return OwnRecords(self.house.settings.spool)

    def waited(self, call: Call, seconds: float = 60) -> list[tuple[str, Queued]]:
        """What the exchanges' books of their queues tell of a call, once it is taken in to his hanging up."""

        def told(session: Session) -> list[tuple[str, Queued]] | None:
            rows = [(row.node, Queued(row.kind)) for row in of_call(session, call.id)]
            return rows if rows and rows[-1][1] == Queued.CALLER_HUNG_UP else None

        return self.house.eventually(told, seconds)

    def recorded(self, calls: Sequence[Call], seconds: float = 20) -> dict[str, float]:
        """Seconds of each call's recording, once all are complete."""
        query = select(Recording.call_id, Recording.seconds).where(
            Recording.call_id.in_([call.id for call in calls]), Recording.kind == Kind.CALL, Recording.state == State.COMPLETE)  # fmt: skip

        def found(session: Session) -> dict[str, float] | None:
            rows = {call_id: float(seconds or 0) for call_id, seconds in session.execute(query)}
            return rows if len(rows) == len(calls) else None

        return self.house.eventually(found, seconds)


def people(many: int, group: str) -> list[str]:
    """Telephones that no other test has, none near another."""
    return [f"139{group}{n * 101:06d}" for n in range(many)]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    if shutil.which("kamailio") is None:
        pytest.fail("Kamailio is not installed. Run `make setup`.")
    (ami,) = free_ports(1)
    port, second = sip.free_port(), sip.free_port()
    with a_house(
        MORE_EXCHANGES=f"{TWO}=127.0.0.1:{ami}/127.0.0.1:{second}", DISPATCHER=f"127.0.0.1:{port}", RTP_FROM="16000",
        RTP_TO="16199", QUESTION_STEPS="",
    ) as house:  # fmt: skip
        plans = house.here.plans()
        pair = Pair(house, {plan.node: Exchange(plan) for plan in plans}, port)
        for exchange in pair.exchanges.values():
            house.eventually(lambda _, one=exchange: True if "codepool" in one.cli("database show codepool") else None, 30)  # type: ignore[misc]
        house.eventually(lambda _: True if states(house).count("AP") == 2 else None, 20)
        yield pair


def kamcmd(house: House, *words: str) -> str:
    socket = f"unix:{house.settings.run_folder}/dispatcher.sock"
    return subprocess.run(["kamcmd", "-s", socket, *words], capture_output=True, text=True, check=True).stdout


def states(house: House) -> list[str]:
    """The state of each exchange as Kamailio has it: AP is active and looked at."""
    return [line.split()[-1] for line in kamcmd(house, "dispatcher.list").splitlines() if "FLAGS" in line]


@contextmanager
def operator(pair: Pair, *, ready: bool = True) -> Iterator[Account]:
    """An operator whose phone is signed in at both exchanges."""
    house = pair.house
    with house.database.writing() as session:
        account = session.scalars(select(Account).where(Account.extension == "8001")).one()
    password, port = secret(house.settings.folder, "phone_8001"), sip.free_port()
    for one in each(house.settings):
        sip.register("8001", password, exchange=one.sip_port, port=port)
    with sip.answer(Say(TUNE), Wait(60), port=port):
        be(pair, account, desk.Readiness.READY if ready else desk.Readiness.PAUSED)
        pair.house.eventually(lambda _: True if members(pair) == 2 else None, 15)
        yield account
        be(pair, account, desk.Readiness.AWAY)
        pair.house.eventually(lambda _: True if members(pair) == 0 else None, 15)


def be(pair: Pair, account: Account, state: desk.Readiness) -> None:
    with pair.house.database.writing() as session:
        desk.set_readiness(session, account, state, at=now())


def members(pair: Pair) -> int:
    """In how many exchanges' queues the operator is."""
    living = [exchange for exchange in pair.exchanges.values() if exchange.running]
    return sum("PJSIP/8001" in exchange.cli("queue show hotline") for exchange in living)


def whole(pair: Pair, calls: Sequence[Call]) -> None:
    """Each call's recording is as long as the call was."""
    recorded, lives = pair.recorded(calls), pair.records.lives()
    off = {call_id: seconds - lives[call_id] for call_id, seconds in recorded.items()}
    assert max(map(abs, off.values())) < OFF_BY, off


def test_calls_spread_and_each_is_recorded_whole(pair: Pair) -> None:
    callers = people(20, "61")
    result = pair.calls(callers, Wait(4)).result(60)
    assert (result.ok, result.failed) == (20, 0), result.log
    calls = pair.of(callers)
    spread = Counter(call.node for call in calls)
    assert min(spread[ONE], spread[TWO]) >= 3, spread
    assert pair.records.answered_by(callers) == spread
    whole(pair, calls)


def test_who_wants_a_person_finds_the_queue_from_either(pair: Pair) -> None:
    with operator(pair), ExitStack() as stack:
        for place, node in enumerate(each(pair.house.settings)):
            caller = people(1, f"6{place + 2}")
            sipp = stack.enter_context(pair.calls(caller, *ASKS, Wait(8), port=node.sip_port))
            assert sipp.result(40).failed == 0
            (call,) = pair.of(caller)
            assert call.outcome == Outcome.ANSWERED_BY_OPERATOR, f"from {node.exchange_node}"
            assert call.node == ONE, "the queues are there"
            assert pair.records.answered_by(caller) == Counter([node.exchange_node])
            assert pair.waited(call) == [(ONE, Queued.ENTERED), (ONE, Queued.CONNECTED), (ONE, Queued.CALLER_HUNG_UP)]
            whole(pair, [call])


def test_questions_left_on_either_become_tickets_with_their_sound(pair: Pair) -> None:
    callers = people(6, "64")
    speaks = (Wait(1.5), Press("0", 9), Say(TUNE), Wait(2.5), Press("#", 8))
    assert pair.calls(callers, *speaks).result(90).failed == 0
    calls = pair.of(callers)
    assert len(pair.records.answered_by(callers)) == 2, "all came in on one: dial more"
    tickets = select(func.count()).select_from(Ticket).join(Recording, Recording.id == Ticket.recording_id).where(
        Ticket.caller.in_(callers), Recording.state == State.COMPLETE)  # fmt: skip
    pair.house.eventually(lambda session: True if session.scalar(tickets) == len(callers) else None, 30)
    pair.recorded(calls)


def test_a_drained_exchange_ends_its_calls_in_peace_and_takes_no_others(pair: Pair) -> None:
    before, after = people(6, "65"), people(8, "66")
    settings = pair.house.settings
    with pair.calls(before, Wait(12)) as running:
        pair.of(before, ended=False)
        draining.drain(settings, ONE)
        pair.holder(TWO)
        result = pair.calls(after, Wait(2)).result(30)
        assert (result.ok, result.failed) == (8, 0), result.log
        assert running.result(40).failed == 0
    assert {call.node for call in pair.of(after)} == {TWO}
    assert {call.node for call in pair.of(before)} == {ONE, TWO}
    whole(pair, pair.of(before))
    draining.drain(settings, ONE, back=True)


def test_kamailio_alone_can_leave_one_out(pair: Pair) -> None:
    callers = people(8, "67")
    kamcmd(pair.house, "dispatcher.set_state", "d", "1", f"sip:127.0.0.1:{pair.house.settings.sip_port}")
    assert pair.calls(callers, Wait(2)).result(30).failed == 0
    assert {call.node for call in pair.of(callers)} == {TWO}
    kamcmd(pair.house, "dispatcher.set_state", "ap", "1", f"sip:127.0.0.1:{pair.house.settings.sip_port}")


def test_callers_of_a_killed_exchange_are_owed_calls_and_all_others_go_on(pair: Pair, record_property: Callable[[str, object], None]) -> None:
    """The queues are on the second one now. Five wait there who came in on it, one who came in on the first."""
    settings, waiting, through, after = pair.house.settings, people(5, "68"), people(1, "69"), people(10, "70")
    pair.holder(TWO)
    with operator(pair, ready=False) as account, ExitStack() as stack:
        second, first = each(settings)[1].sip_port, settings.sip_port
        stack.enter_context(pair.calls(waiting, *ASKS, Wait(200), port=second))
        comes = stack.enter_context(pair.calls(through, *ASKS, Told(), port=first))
        pair.queued([*waiting, *through])
        until(lambda: f"has {len(waiting) + len(through)} calls" in pair.exchanges[TWO].cli(f"queue show {settings.queue}"))
        died, killed = time.monotonic(), time.time()
        os.kill(pair.exchanges[TWO].process, signal.SIGKILL)
        results = stack.enter_context(pair.calls(after, Wait(3)))  # the first of them before Kamailio has noticed
        owed = select(func.count()).select_from(MissedCaller).where(MissedCaller.number.in_(waiting))
        pair.house.eventually(lambda session: True if session.scalar(owed) == len(waiting) else None, OWED_WITHIN)
        took = time.monotonic() - died
        record_property("figures", f"{len(waiting)} callers are owed calls {took:.1f} s after their exchange was killed")
        assert took < OWED_WITHIN
        pair.holder(ONE)
        be(pair, account, desk.Readiness.READY)
        result = results.result(40)
        assert (result.ok, result.failed) == (10, 0), result.log
        assert ONE in {call.node for call in pair.of(after)}, "the other one may be back for the last of them"
        talks = select(Call.id).where(Call.caller.in_(through), Call.answered_at.is_not(None))
        pair.house.eventually(lambda session: session.scalar(talks))
        time.sleep(3)  # in which both speak
        hang_up(comes)
    (call,) = pair.of(through)
    assert (call.outcome, call.node) == (Outcome.ANSWERED_BY_OPERATOR, ONE)
    answered = pair.records.answered()
    lost = {call_id: killed - answered[call_id] - seconds for call_id, seconds in pair.recorded(pair.of(waiting), seconds=120).items()}
    assert max(lost.values()) < CUT_OFF + OFF_BY, lost
    whole(pair, [call])


def test_who_comes_back_takes_calls_again_and_the_queues_stay(pair: Pair) -> None:
    """It was started anew by who keeps all running."""
    pair.house.eventually(lambda _: True if states(pair.house).count("AP") == 2 else None, 30)
    callers = people(20, "72")
    assert pair.calls(callers, Wait(2)).result(60).failed == 0
    assert set(pair.records.answered_by(callers)) == {ONE, TWO}
    pair.holder(ONE)
