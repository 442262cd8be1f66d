"""One evening with FastAGI dead and nobody on shift: every message is kept whole, no code is given twice."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agi.voice import seconds_of as length
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import SippResult, call
from cli.sip_scenario import Press, Say, Wait
from recordings import audio
from tests.exchange.conftest import until

pytestmark = pytest.mark.journey
MANY = 20
CODES = [f"{90000000 + 7919 * number}" for number in range(1, MANY - 2)]
PATIENT, HASTY, SHY, CROWD = "13887700001", "13887700002", "13887700003", "13887700004"
Slip = dict[str, str]


@dataclass
class Evening:
    """Who called, how it went, and what was found on the disk."""

    results: dict[str, SippResult]
    slips: list[Slip]
    first_slip_at: float
    ears: Any

    def of(self, caller: str) -> list[Slip]:
        return [slip for slip in self.slips if slip["caller"] == caller]


def seconds_of(*prompts: str) -> float:
    return sum(length(f"hotline/{prompt}") for prompt in prompts)


def _put(plan: ExchangePlan, pairs: dict[str, str]) -> None:
    """Write to the exchange's own database over AMI, as the application does."""
    actions = [f"Action: Login\r\nUsername: {plan.ami_user}\r\nSecret: {plan.ami_secret}\r\nEvents: off"]
    for path, value in pairs.items():
        family, _, key = path.partition("/")
        actions.append(f"Action: DBPut\r\nFamily: {family}\r\nKey: {key}\r\nVal: {value}")
    with socket.create_connection(("127.0.0.1", plan.ami_port), timeout=30) as link:
        link.sendall(("\r\n\r\n".join([*actions, "Action: Logoff"]) + "\r\n\r\n").encode())
        while link.recv(65536):
            pass


@pytest.fixture(scope="module")
def evening(exchange: Exchange, plan: ExchangePlan, tone_at: float, voice: Path, new_ears: Any) -> Iterator[Evening]:
    pool = {f"codes/{number}": code for number, code in enumerate(CODES, 1)}
    _put(plan, {**pool, "codepool/head": "1", "codepool/tail": str(len(CODES))})
    ears = new_ears()

    def ring(caller: str, *steps: Any, calls: int = 1) -> Any:
        return stack.enter_context(call(*steps, port=plan.sip_port, caller=caller, calls=calls, rate=40))

    with ExitStack() as stack:
        callers = {
            PATIENT: ring(PATIENT, Wait(tone_at), Say(voice), Wait(3), Press("#", then=45)),
            HASTY: ring(HASTY, Wait(tone_at), Say(voice), Wait(6)),
            SHY: ring(SHY, Wait(2)),
            CROWD: ring(CROWD, Wait(tone_at + 6), Press("#", then=3), calls=MANY),
        }
        while not any(slip["caller"] == PATIENT for slip in ears.slips()):
            assert callers[PATIENT].child.poll() is None, "the patient caller's slip never came"
        seen = callers[PATIENT].age
        results = {caller: sipp.result(120) for caller, sipp in callers.items()}
    yield Evening(results, ears.slips(MANY + 2), seen, ears)
    for family in ("codes", "codepool"):
        exchange.cli(f"database deltree {family}")


def test_no_call_fails(evening: Evening) -> None:
    for result in evening.results.values():
        assert result.failed == 0, result.log
    assert sum(result.ok for result in evening.results.values()) == MANY + 3


def test_a_message_is_taken_with_its_slip_and_no_silence_is_heard(evening: Evening, tone_at: float) -> None:
    (slip,) = evening.of(PATIENT)
    assert slip["dialled"] == "96128"
    assert slip["status"] == "DTMF"
    assert int(slip["ended"]) > int(slip["began"])
    ears = evening.ears
    assert 1 < ears.hear(ears.spool.message(slip["callid"])).seconds < 8
    assert '"message"' in ears.spool.events(slip["callid"])[-1]
    assert ears.hear(ears.spool.folder / f"spool/calls/{slip['callid']}.wav", until=tone_at).silence < 2


def test_the_slip_is_on_the_disk_long_before_the_code_was_spoken_twice(evening: Evening) -> None:
    (slip,) = evening.of(PATIENT)
    assert slip["code"] in CODES
    assert evening.results[PATIENT].seconds - evening.first_slip_at > 8


def test_each_code_is_given_once_until_the_pool_is_empty(evening: Evening, exchange: Exchange) -> None:
    given = sorted(slip["code"] for slip in evening.slips if slip["code"])
    assert given == sorted(CODES)
    assert len(evening.of(CROWD)) == MANY
    assert "0 results found" in exchange.cli("database show codes")


def test_every_slip_is_complete(evening: Evening) -> None:
    assert {slip["end"] for slip in evening.slips} == {"1"}
    assert all(evening.ears.spool.message(slip["callid"]).exists() for slip in evening.slips)


def test_who_hangs_up_while_speaking_leaves_what_he_said_and_a_slip(evening: Evening) -> None:
    (slip,) = evening.of(HASTY)
    assert (slip["status"], slip["code"]) == ("HANGUP", "")
    assert evening.ears.hear(evening.ears.spool.message(slip["callid"])).seconds > 2


def test_who_hangs_up_before_the_tone_leaves_no_slip_but_his_call_is_recorded(evening: Evening) -> None:
    assert evening.of(SHY) == []
    assert len(evening.ears.calls(MANY + 3)) == MANY + 3


def test_a_code_whose_slip_could_not_be_written_is_told_to_nobody_and_what_can_be_written_later_is(
    exchange: Exchange, plan: ExchangePlan, tone_at: float, voice: Path, new_ears: Any
) -> None:
    """The sound has room, the slip hasn't: for as long as another thing stands in its place."""
    _put(plan, {"codes/1": CODES[0], "codepool/head": "1", "codepool/tail": "1"})
    ears = new_ears()
    with call(Wait(tone_at), Say(voice), Wait(3), Press("#", then=45), port=plan.sip_port, caller="13887700005") as sipp:
        (recording,) = ears.calls()
        message = ears.spool.message(recording.stem)
        in_the_way = message.with_suffix(".txt")
        in_the_way.mkdir()
        until(lambda: message.exists() and message.stat().st_size > 8000 and audio.is_closed(message))
        until(lambda: "sorry_call_later" in exchange.cli("core show channels concise"))
        in_the_way.rmdir()
        assert sipp.result(60).failed == 0
    (slip,) = ears.slips()
    assert (slip["code"], slip["status"], slip["end"]) == ("", "DTMF", "1")
    with_code = seconds_of("your_code_is", "code_again", "goodbye", *[f"digits/{digit}" for digit in CODES[0] * 2])
    assert ears.spool.lived(recording.stem) - tone_at - 3 < seconds_of("sorry_call_later") + 3 < with_code
    for family in ("codes", "codepool"):
        exchange.cli(f"database deltree {family}")
