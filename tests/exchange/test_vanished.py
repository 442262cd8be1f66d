"""Whose telephone dies sends neither a farewell nor a packet: wherever he is, within the carrier's silence nothing of his call
is left, and what he said until then is kept."""

import time
from collections.abc import Callable, Iterator

import pytest

from cli import sip
from cli.installation import secret
from cli.sip_scenario import Wait
from dispatch.callbacks.telephone import Telephone as Telephony
from dispatch.calls.calls import Outcome
from hotline.times import now
from tests.exchange.talking import place, telephone
from tests.journeys import prompter
from tests.journeys.trouble import Breakable, accounted, breakable, ticket_of
from tests.support.remains import nothing_is_left
from tests.support.sound import tone
from tests.support.telephone import Telephone

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(240)]
SILENT = 8  # seconds without a packet
WITHIN = SILENT + 4  # by when it is over: the exchange looks now and then


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with breakable(TRUNK_SILENT_SECONDS=str(SILENT)) as house:
        yield house


@pytest.fixture
def rings_on(house: Breakable) -> Iterator[None]:
    """An operator who is there and picks up nothing: who asks for a person waits."""
    telephony, extension = Telephony(house.settings), "8001"
    with sip.phone(extension, secret(house.settings.folder, f"phone_{extension}"), Wait(60), exchange=house.port, ring=600):
        telephony.sign_on(extension, "operator1")
        yield
        house.exchange.cli(f"queue remove member PJSIP/{extension} from {house.settings.queue}")
        telephony.close()


def greeted(house: Breakable, phone: Telephone) -> None:
    """He hears the greeting."""


def never_spoke(house: Breakable, phone: Telephone) -> None:
    """No packet of his ever came."""


def asks(house: Breakable, phone: Telephone) -> None:
    time.sleep(1.5)
    phone.voice.press("1")
    time.sleep(2)


def waits(house: Breakable, phone: Telephone) -> None:
    time.sleep(1.5)
    phone.voice.press("0")
    prompter.until(house, phone.caller, "queue")
    time.sleep(2.5)


def leaves(house: Breakable, phone: Telephone) -> None:
    waits(house, phone)
    phone.voice.press("1")
    prompter.until(house, phone.caller, "tone")
    phone.voice.say(tone((700.0,), 4))
    time.sleep(4.2)


# Where he is when his telephone dies, and what becomes of his call.
WHERE: dict[str, tuple[Callable[[Breakable, Telephone], None], Outcome]] = {
    "greeted": (greeted, Outcome.HUNG_UP), "never spoke": (never_spoke, Outcome.HUNG_UP), "asks": (asks, Outcome.HUNG_UP),
    "waits": (waits, Outcome.ABANDONED), "leaves": (leaves, Outcome.MESSAGE_LEFT),
}  # fmt: skip


@pytest.mark.usefixtures("rings_on")
@pytest.mark.parametrize("where", WHERE)
def test_whose_telephone_dies_holds_nothing_any_more_once_the_carrier_was_silent_for_so_long(where: str, house: Breakable) -> None:
    does, outcome = WHERE[where]
    with nothing_is_left(place(house)), telephone(house, f"dies {where}") as phone:
        phone.voice.silent = where == "never spoke"
        phone.rings()
        does(house, phone)
        phone.voice.silent = True
        died = now()
        call = house.call_of(phone.caller, seconds=WITHIN + 2)
        assert call.ended_at is not None
        assert (call.ended_at - died).total_seconds() < WITHIN
        assert phone.hears("BYE", seconds=5), "he is told, should he be there after all"
    accounted(house, f"dies {where}", outcome)
    if where == "leaves":
        ticket_of(house, call)
    if where == "waits":
        assert "No Callers" in house.exchange.cli(f"queue show {house.settings.queue}")
