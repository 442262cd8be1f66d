"""Between caller and exchange lies a network that loses, delays, doubles and overtakes: each call is whole in the books all
the same, and leaves nothing behind."""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from cli import sip
from cli.sip_scenario import Press, Wait
from dispatch.calls.calls import Outcome
from tests.exchange import baresip
from tests.exchange.talking import BENT, hears, seconds_of, talked, telephone, to_a_person
from tests.journeys import prompter
from tests.journeys.trouble import Breakable, accounted, number_of, operator, ticket_of
from tests.support.knock import BROKEN, knock, request
from tests.support.wire import Weather, Wire

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(240), pytest.mark.usefixtures("leaves_nothing")]
SIGNS = {
    "lossy": Weather(lost=0.15), "slow": Weather(delay=0.4), "jittery": Weather(jitter=0.3), "overtaking": Weather(overtaken=0.3),
    "doubling": Weather(doubled=0.5), "stormy": Weather(lost=0.1, doubled=0.1, overtaken=0.2, delay=0.1, jitter=0.1),
}  # fmt: skip
SOUND = {
    "lossy": Weather(lost=0.05), "slow": Weather(delay=0.25), "jittery": Weather(jitter=0.06), "overtaking": Weather(overtaken=0.05),
    "doubling": Weather(doubled=0.5), "stormy": Weather(lost=0.03, doubled=0.2, overtaken=0.05, delay=0.1, jitter=0.03),
}  # fmt: skip

SIGN: dict[str, Callable[[str], bool]] = {
    "BYE": lambda text: text.startswith("BYE "), "200": lambda text: bool(re.match(r"SIP/2\.0 200 (?s:.*)\sCSeq: *\d+ BYE\r", text)),
}  # fmt: skip


def test_in_any_weather_a_message_arrives_whole(house: Breakable, tmp_path: Path) -> None:
    with ExitStack() as stack:
        phones = [_dialling(house, name, tmp_path / name, stack) for name in SIGNS]
        for key, so, listens in [("0", "answer", 2.0), ("#", "tone", 1.5), *[("#", "answer", 1.0)] * 5]:
            for name in SIGNS:
                prompter.until(house, number_of(name), so)
            time.sleep(listens)
            for phone in phones:
                phone.do("sndcode", key)
        time.sleep(3)
        for phone in phones:
            phone.do("hangup")
        calls = [accounted(house, name, Outcome.MESSAGE_LEFT) for name in SIGNS]
    for call in calls:
        ticket_of(house, call)
        assert seconds_of(house, call, baresip.TONE) > 5


def _dialling(house: Breakable, name: str, folder: Path, stack: ExitStack) -> baresip.Desk:
    """Somebody who calls over a wire with that weather."""
    folder.mkdir()
    wire = stack.enter_context(Wire(house.port, signs=SIGNS[name], sound=SOUND[name]))
    phone = stack.enter_context(baresip.desk(folder, f"<sip:{number_of(name)}@127.0.0.1>;regint=0"))
    phone.do("dial", f"sip:96128@127.0.0.1:{wire.port}")
    return phone


def test_ten_seconds_in_which_one_side_is_not_heard_end_no_call(house: Breakable) -> None:
    names = ("not heard", "hears nothing")
    with (
        operator(house), operator(house, 2), Wire(house.port) as first, Wire(house.port) as second,
        telephone(house, names[0], port=first.port) as one, telephone(house, names[1], port=second.port) as other,
    ):  # fmt: skip
        for phone in (one, other):
            phone.rings()
            to_a_person(house, phone)
        first.mute_out = second.mute_back = True
        assert not hears(other, 10)
        first.mute_out = second.mute_back = False
        assert hears(one)
        assert hears(other)
        one.leaves()
        other.leaves()
    for name in names:
        talked(house, name, hummed=2, within=BENT)


@pytest.mark.parametrize("lost", SIGN)
def test_a_farewell_that_is_lost_is_said_again(lost: str, house: Breakable) -> None:
    name = f"lost {lost}"
    with operator(house), Wire(house.port) as wire:
        wire.lose(SIGN[lost], times=3)
        with sip.call(Wait(1.5), Press("0", 6), port=wire.port, caller=number_of(name)) as caller:
            result = caller.result(60)
        assert (result.ok, result.failed, len(wire.dropped)) == (1, 0, 3), result.log
    accounted(house, name, Outcome.ANSWERED_BY_OPERATOR, within=5 if lost == "BYE" else BENT)


def test_a_farewell_of_ours_that_is_lost_is_said_again_and_who_is_gone_for_good_holds_nothing(house: Breakable) -> None:
    with (
        operator(house), operator(house, 2), Wire(house.port) as wire, Wire(house.port) as dead,
        telephone(house, "told late", port=wire.port) as phone, telephone(house, "gone", port=dead.port) as gone,
    ):  # fmt: skip
        for one in (phone, gone):
            one.rings()
            to_a_person(house, one)
        wire.lose(lambda text: text.startswith("BYE"), times=3)
        dead.lose(lambda text: True, times=10_000)
        house.exchange.cli("channel request hangup all")
        phone.answer(phone.hears("BYE", seconds=15))
    for name in ("told late", "gone"):
        accounted(house, name, Outcome.ANSWERED_BY_OPERATOR, within=BENT)


def test_who_changes_his_address_in_the_midst_is_heard_from_there_and_can_be_told_of_the_end(house: Breakable) -> None:
    with operator(house), Wire(house.port) as wire, telephone(house, "moves", port=wire.port) as phone:
        phone.rings()
        to_a_person(house, phone)
        time.sleep(1)
        wire.move("127.0.0.2")
        phone.ask("INVITE", phone.offer(version=2))
        phone.taken()
        assert hears(phone, 2)
        house.exchange.cli("channel request hangup all")
        phone.answer(phone.hears("BYE"))
    talked(house, "moves", hummed=2.5, within=BENT)


def test_a_flood_of_strangers_costs_nobody_his_call(house: Breakable) -> None:
    over = threading.Event()
    with operator(house), telephone(house, "in the flood") as phone, ThreadPoolExecutor(4) as together:
        floods = [together.submit(_flood, house.port, number, over) for number in range(3)]
        try:
            phone.rings()
            to_a_person(house, phone)
            assert hears(phone, 8)
            phone.leaves()
        finally:
            over.set()
        assert sum(flood.result() for flood in floods) > 2000
    talked(house, "in the flood", hummed=5, within=BENT)


def _flood(port: int, number: int, over: threading.Event) -> int:
    """INVITEs, registrations and rubbish as fast as they are answered; how many answers came."""
    many, source = 0, f"127.0.0.{20 + number}"
    while not over.is_set():
        asked = [request(method, str(many + place), source=source) for place in range(10) for method in ("INVITE", "REGISTER", "OPTIONS")]
        many += len(knock(port, *asked, *BROKEN.values(), source=source, seconds=0.05))
    return many
