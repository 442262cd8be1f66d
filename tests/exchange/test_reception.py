"""Whom the dialplan receives how: blocked, busy, out of hours, all of it by itself once it was told."""

import time
import wave
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import call, phone, place
from cli.sip_scenario import Signal, Told, Wait
from hotline.voice import alaw
from hotline.voice.rendering import write_whole
from recordings import sides
from tests.exchange.conftest import hears, listen, until
from tests.exchange.test_messages import _put, seconds_of
from tests.journeys.prompter import hang_up

pytestmark = pytest.mark.journey
Agi = Callable[..., AbstractContextManager[list[dict[str, str]]]]
HERTZ = 1230
WORDS = "hotline/blocked_nuisance&hotline/blocked_until&hotline/month_12&hotline/day_1&hotline/blocked_complain"


def test_a_blocked_caller_hears_all_of_why_and_meets_no_queue(exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi) -> None:
    with agi(incoming=[f"SET VARIABLE BLOCKED_WORDS {WORDS}", "SET VARIABLE BLOCKED yes"]):
        result = place(Wait(40), port=plan.sip_port, seconds=60)
    spoken = seconds_of(*WORDS.replace("hotline/", "").split("&"))
    (recording,) = ears.calls()
    rows = ears.spool.events(recording.stem)
    assert ears.hear(recording).seconds == pytest.approx(spoken + 0.3, abs=1.0), result.log
    assert '"blocked"' in rows[-1]
    assert not any('"queue"' in row for row in rows)


def test_a_machine_is_told_that_the_line_is_busy_is_not_answered_and_takes_no_place(plan: ExchangePlan, ears: Any, agi: Agi) -> None:
    with agi(incoming=["SET VARIABLE BLOCKED busy"]):
        result = place(Wait(1), port=plan.sip_port, seconds=40)
    assert result.ok == 0
    assert ears.calls(1, 1) == []
    assert seconds_of("line_busy") < result.seconds < 25


@pytest.mark.parametrize(
    ("spans", "over", "heard_at"),
    [("none", 0, "queue"), ("0000-{now},{now}-2400", 1, "message"), ("0000-0000,0000-{now}", 2, "queue"), ("0000-2400", 0, "message")],
)
def test_with_fastagi_gone_the_exchange_itself_knows_the_hours_and_says_when_people_answer_again(
    exchange: Exchange, plan: ExchangePlan, ears: Any, spans: str, over: int, heard_at: str
) -> None:
    """Two seconds after the greeting: who is out of hours hears when again, who isn't leaves a message, for nobody is there.

    What is over by now is a span without a minute in it when a day has just begun; the next day may begin meanwhile."""
    words = "&".join(f"hotline/{word}" for word in ("closed_now", "tomorrow", "people_from", "hour_8", "people_begin"))
    today, tomorrow = (time.gmtime(time.time() + (8 + hours) * 3600) for hours in (0, 24))
    for day, now in ((today, time.strftime("%H%M", today)), (tomorrow, "0000")):
        date = time.strftime("%Y%m%d", day)
        _put(plan, {f"hours/{date}": spans.format(now=now), f"hours/{date}-{over}": words})
    try:
        place(Wait(seconds_of("greeting") + 2.5), port=plan.sip_port)
        (recording,) = ears.calls()
        until(lambda: f'"{heard_at}"' in ears.spool.events(recording.stem)[-1])
    finally:
        exchange.cli("database deltree hours")


def test_who_knows_the_greeting_goes_on_by_a_key_though_no_script_answers(plan: ExchangePlan, ears: Any) -> None:
    assert seconds_of("greeting") > 6
    place(Wait(1.5), Signal("1", then=3), port=plan.sip_port)
    (recording,) = ears.calls()
    assert '"message"' in ears.spool.events(recording.stem)[-1], "nobody is signed on"


@pytest.mark.parametrize(
    ("key", "says", "asked", "stage"),
    [
        ("3", "message", ["menu", "leave_question"], "message"), ("5", "", ["progress"], "progress"),
        ("9", "", ["leave_question"], "message"), ("", "", ["leave_question"], "message"),
    ],
)
def test_the_offices_menu_sends_each_key_where_it_says_and_silence_to_people(
    plan: ExchangePlan, ears: Any, agi: Agi, key: str, says: str, asked: list[str], stage: str
) -> None:
    told = ["SET VARIABLE MENU hotline/greeting&hotline/menu_progress", "SET VARIABLE MENU_WAYS ---x-p----", "SET VARIABLE SELFSERVICE no"]
    steps = (Wait(1.5), *([Signal(key, then=0)] if key else []), Told())
    with agi(incoming=told, menu=[f"SET VARIABLE NEXT {says}"], progress=None) as seen, call(*steps, port=plan.sip_port) as caller:
        until(lambda: len(seen) > len(asked), 50)  # who is silent hears all of it, and is waited for
        hang_up(caller)
    assert [one["agi_network_script"] for one in seen] == ["incoming", *asked]
    if "menu" in asked:
        assert (seen[1]["agi_arg_2"], seen[1]["agi_arg_3"]) == ("96128", key)
    (recording,) = ears.calls()
    assert f'"{stage}"' in ears.spool.events(recording.stem)[-1]


def test_where_the_machine_is_switched_off_he_still_hears_how_his_matter_stands(plan: ExchangePlan, agi: Agi) -> None:
    with agi(incoming=["SET VARIABLE SELFSERVICE no"], progress=["SET VARIABLE NEXT menu"], self_service=[]) as seen:
        place(Wait(1.5), Signal("2", then=1), Signal("1", then=2), port=plan.sip_port)
    assert [one["agi_network_script"] for one in seen] == ["incoming", "progress", "leave_question"], "1 is a person, and nobody is there"


@pytest.mark.parametrize(("self_service", "says", "waited"), [("no", "menu_progress", 2), ("yes", "menu", 4)])
def test_who_is_silent_is_waited_for_half_as_long_where_the_machine_is_switched_off(
    plan: ExchangePlan, ears: Any, agi: Agi, self_service: str, says: str, waited: float
) -> None:
    with agi(incoming=[f"SET VARIABLE SELFSERVICE {self_service}"], leave_question=None) as seen, call(Told(), port=plan.sip_port) as caller:
        until(lambda: len(seen) > 1)
        hang_up(caller)
    (recording,) = ears.calls()
    assert ears.spool.asked(recording.stem) - seconds_of("greeting", says) == pytest.approx(0.3 + waited, abs=0.9)


def test_who_is_sent_back_to_the_menu_for_ever_hears_it_nine_times_and_then_reaches_people(plan: ExchangePlan, ears: Any, agi: Agi) -> None:
    """He has heard it seven times when this begins, so that nobody waits for the others."""
    told = ["SET VARIABLE MENUS 7", "SET VARIABLE SELFSERVICE yes"]
    with agi(incoming=told, self_service=["SET VARIABLE NEXT menu"]) as seen:
        place(Wait(1.5), Signal("1", then=2), Signal("1", then=2), Signal("1", then=2), port=plan.sip_port)
    assert [one["agi_network_script"] for one in seen] == ["incoming", *["self_service"] * 2, "leave_question"]
    (recording,) = ears.calls()
    assert '"message"' in ears.spool.events(recording.stem)[-1], "nobody is signed on: where people would be, he leaves his question"


@pytest.mark.usefixtures("nobody_signed_in")
def test_who_chooses_his_language_by_the_offices_menu_waits_for_those_who_speak_it_first(
    exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi
) -> None:
    told = ["SET VARIABLE MENU hotline/menu_progress", "SET VARIABLE MENU_WAYS ------d---", "SET VARIABLE SELFSERVICE no"]
    queues = ("hotline", "hotline-dialect")
    with agi(incoming=told), phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=30):
        for queue in queues:
            exchange.cli(f"queue add member PJSIP/8001 to {queue}")
        with call(Wait(1.5), Signal("6", then=60), port=plan.sip_port):
            try:
                until(lambda: "1. PJSIP/trunk" in exchange.cli("queue show hotline-dialect"))
            finally:
                exchange.cli("queue remove member PJSIP/8001 from hotline-dialect")
                exchange.cli("channel request hangup all")
                until(lambda: "0 active channels" in exchange.cli("core show channels"))  # the phone is free for the next


@pytest.mark.usefixtures("nobody_signed_in")
def test_who_waits_hears_the_urgent_topics_between_the_music_and_an_operator_is_rung_meanwhile(
    exchange: Exchange, plan: ExchangePlan, ears: Any
) -> None:
    sound = np.sin(2 * np.pi * HERTZ * np.arange(3 * alaw.RATE) / alaw.RATE).astype(np.float32) / 3
    write_whole(plan.root / "generated/waiting/topics.alaw", alaw.encode(sound))
    _put(plan, {"waiting/topics": str(int(time.time()) + 60)})
    try:
        with phone("8001", "first-phone", Wait(1), exchange=plan.sip_port, ring=30):
            exchange.cli("queue add member PJSIP/8001 to hotline")
            place(Wait(seconds_of("greeting", "to_operator") + 8), port=plan.sip_port)
    finally:
        _put(plan, {"waiting/topics": "0"})
    (recording,) = ears.calls()
    until(lambda: any('"PJSIP/8001' in row for row in ears.spool.events(recording.stem)))  # it rang
    assert seconds_at(HERTZ, recording) == pytest.approx(3, abs=0.3)


@pytest.mark.parametrize(("staffed", "led_on"), [("no", False), ("yes", True)])
def test_out_of_hours_nobody_is_led_to_where_the_queues_are_but_told_when_people_answer_again(
    exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Agi, staffed: str, led_on: bool
) -> None:
    exchange.cli("dialplan set global OTHERS other")
    _put(plan, {"nodes/holder": "other"})
    try:
        with agi(incoming=[f"SET VARIABLE STAFFED {staffed}", "SET VARIABLE CLOSED hotline/closed_now"], leave_question=None):
            place(Wait(1.5), Signal("0", then=6), port=plan.sip_port)
    finally:
        exchange.cli('dialplan set global OTHERS ""')
        exchange.cli("database deltree nodes")
    (recording,) = ears.calls()
    assert any('"elsewhere"' in row for row in ears.spool.events(recording.stem)) is led_on
    assert hears(recording, "closed_now") is not led_on


def seconds_at(hertz: int, recording: Path) -> float:
    """How long a tone sounded on our side."""
    listen(recording)
    with wave.open(str(recording)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").reshape(-1, len(sides.SIDES))
    samples = samples[:, sides.SIDES.index("house")]
    pieces = np.abs(np.fft.rfft(samples[: len(samples) // 800 * 800].reshape(-1, 800)))  # ten hertz, a tenth of a second
    return float((pieces.argmax(axis=1) == hertz // 10).sum()) / 10
