"""Every call is recorded from the first word to the last; a call-back and an operator's own call too."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import answer, call, phone, place
from cli.sip_scenario import Press, Say, Wait
from tests.journeys.ears import samples
from tests.recordings.proof import staircase
from tests.support.sound import lasts, tone
from tests.support.telephone import Telephone

pytestmark = pytest.mark.journey
SPEAKS = 4  # seconds
LATER = {650.0: (1.5, 2.0), 1050.0: (2.7, 0.5), 1450.0: (1.3, 0.5), 1850.0: (3.1, 0.5)}  # Hz: after so many seconds, for so many
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]


def test_recordings_are_as_long_as_their_calls_whether_the_caller_speaks_or_not(
    plan: ExchangePlan, ears: Any, voice: Path
) -> None:
    """And whether or not he holds the line meanwhile."""
    silent, holds = call(Wait(9), port=plan.sip_port, calls=5, rate=5), Telephone(plan.sip_port)
    with silent, call(Say(voice), Wait(9), port=plan.sip_port, calls=5, rate=5) as speaking, holds:
        put_on_hold(holds, 4)
        for result in (silent.result(90), speaking.result(90)):
            assert (result.ok, result.failed) == (5, 0), result.log
    found = ears.calls(11)
    for path in found:
        assert ears.hear(path).seconds == pytest.approx(ears.spool.lived(path.stem), abs=0.5)
        ours = ears.side(path, "house")
        assert ours > 5, "what the machine said is heard"
    spoken = sorted(ears.side(path, "caller") for path in found)
    assert spoken[:6] == [0.0] * 6, "nothing of ours is on a silent caller's side"
    assert min(spoken[6:]) > 6


def put_on_hold(phone: Telephone, seconds: float) -> None:
    """Somebody calls, holds the line for so long, sending nothing and wanting nothing, comes back, and hangs up."""
    phone.rings()
    time.sleep(2)
    phone.ask("INVITE", phone.offer(way="inactive", version=2))
    phone.taken()
    time.sleep(seconds)
    phone.ask("INVITE", phone.offer(version=3))
    phone.taken()
    time.sleep(2)
    phone.leaves()


def test_what_he_says_later_is_heard_whole_as_what_he_said_first(plan: ExchangePlan, ears: Any, tmp_path: Path) -> None:
    """Short words, and after silences of any length: a yes is lost by what a longer sentence doesn't miss."""
    said = {hertz: tmp_path / f"{hertz}.alaw" for hertz in LATER}
    for hertz, (_, seconds) in LATER.items():
        said[hertz].write_bytes(tone((hertz,), seconds))
    steps = [step for hertz, (after, _) in LATER.items() for step in (Wait(after), Say(said[hertz]))]
    result = place(*steps, Wait(2), port=plan.sip_port)
    assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    ears.hear(recording)
    with recording.open("rb") as sound:
        his = samples(sound)[:, :1]
    heard = {hertz: lasts(his, hertz) for hertz in LATER}
    assert heard == pytest.approx({hertz: seconds for hertz, (_, seconds) in LATER.items()}, abs=0.06)


def test_a_call_back_rings_the_citizen_enters_by_the_same_door_and_keeps_every_half_second_that_he_says(
    exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi, tmp_path: Path
) -> None:
    port = int(plan.trunk_contact.rpartition(":")[2])
    script = ["STREAM FILE hotline/greeting 1", "SET VARIABLE NEXT goodbye"]
    speaks = (Say(staircase.written(tmp_path / "stairs.alaw")), Wait(SPEAKS), Press("1"), Wait(20))
    with agi(callback=script) as asked, answer(*speaks, port=port, calls=1) as citizen:
        exchange.cli("channel originate PJSIP/13887712345@trunk extension s@callback")
        result = citizen.result(90)
    assert (result.ok, result.failed) == (1, 0), result.log
    assert asked[0]["agi_network_script"] == "callback"
    (recording,) = ears.calls()
    assert ears.hear(recording).seconds == pytest.approx(ears.spool.lived(recording.stem), abs=0.5)
    with recording.open("rb") as sound:
        assert staircase.missing(samples(sound)[:, 0], int(SPEAKS / staircase.STEP) - 1) == []


def test_a_call_back_whose_script_is_gone_says_sorry_and_hangs_up(
    exchange: Exchange, plan: ExchangePlan, ears: Any
) -> None:
    port = int(plan.trunk_contact.rpartition(":")[2])
    with answer(Wait(20), port=port, calls=1) as citizen:
        exchange.cli("channel originate PJSIP/13887712345@trunk extension s@callback")
        result = citizen.result(90)
    assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    assert ears.hear(recording).silence < 1.5


@pytest.mark.usefixtures("nobody_signed_in")
def test_a_caller_tired_of_waiting_leaves_a_message_by_key(exchange: Exchange, plan: ExchangePlan, ears: Any) -> None:
    with phone("8002", "second-phone", exchange=plan.sip_port, ring=60):
        exchange.cli("queue add member PJSIP/8002 to hotline")
        result = place(Wait(13), Press("1", then=3), port=plan.sip_port)
    assert (result.ok, result.failed) == (1, 0), result.log
    (recording,) = ears.calls()
    rows = ears.spool.events(recording.stem)
    assert any("APP_START" in row and '"Queue"' in row for row in rows)
    assert '"message"' in rows[-1]
    assert ears.hear(recording).silence < 2
    assert ears.hear(recording).seconds == pytest.approx(ears.spool.lived(recording.stem), abs=0.5)
