"""Whatever a network does to a citizen's sound, the recording is as long as the call, and what he said is in it once."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cli.exchange_plan import ExchangePlan
from tests.support.sound import tone
from tests.support.telephone import Telephone
from tests.support.wire import Weather, Wire

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.usefixtures("exchange")]
WEATHER = {
    "clear": Weather(), "doubling": Weather(doubled=0.5), "lossy": Weather(lost=0.1), "slow": Weather(delay=0.3),
    "jittery": Weather(jitter=0.06), "overtaking": Weather(overtaken=0.1), "stormy": Weather(lost=0.05, doubled=0.2, overtaken=0.05, delay=0.1, jitter=0.03),
}  # fmt: skip
SAID, STAYS = 5.0, 8.0


def test_a_recording_is_as_long_as_its_call_in_any_weather(plan: ExchangePlan, ears: Any) -> None:
    with ThreadPoolExecutor(len(WEATHER)) as together:
        callers = {name: f"1380000099{place}" for place, name in enumerate(WEATHER)}
        list(together.map(lambda name: _calls(plan, callers[name], WEATHER[name]), WEATHER))
    found = {_caller(ears, path): path for path in ears.calls(len(WEATHER))}
    off = {name: ears.hear(found[caller]).seconds - ears.spool.lived(found[caller].stem) for name, caller in callers.items()}
    said = {name: ears.side(found[caller], "caller") for name, caller in callers.items()}
    print(off, said)
    assert {name: by for name, by in off.items() if abs(by) > 0.5} == {}
    assert {name: seconds for name, seconds in said.items() if abs(seconds - SAID) > 0.5} == {}


def _calls(plan: ExchangePlan, caller: str, weather: Weather) -> None:
    with Wire(plan.sip_port, sound=weather) as wire, Telephone(wire.port, caller) as phone:
        phone.rings()
        time.sleep(1)
        phone.voice.say(tone((700.0,), SAID))
        time.sleep(STAYS - 1)
        phone.leaves()


def _caller(ears: Any, path: Path) -> str:
    """Whose call it is, by the exchange's own records."""
    return next(caller for row in ears.spool.events(path.stem) for caller in row.replace('"', "").split(",") if caller.startswith("1380000099"))
