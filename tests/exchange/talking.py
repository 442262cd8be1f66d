"""A whole house behind the exchange, and ways to come to somebody in it; afterwards nothing may be left of a call."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from cli import sip
from cli.sip_scenario import Press, Wait
from dispatch.calls.calls import Call, Outcome
from tests.journeys import ears
from tests.journeys.trouble import Breakable, accounted, breakable, number_of, operator
from tests.support.remains import Place
from tests.support.sound import lasts, tone
from tests.support.telephone import Telephone

HUM = 1000.0  # Hz: what a caller says
BENT = 1.5  # seconds: sound that comes late is recorded when it comes, and silence before it
SPEAKING = 25  # of 50 packets a second: somebody is heard


@contextmanager
def a_house() -> Iterator[Breakable]:
    """With a carrier that has two addresses; two callers have been here, so that all that opens once is open."""
    with breakable(TRUNK_ADDRESSES="127.0.0.1,127.0.0.2", PHONE_SILENT_SECONDS="120") as house:
        with operator(house):
            assert sip.place(Wait(1.5), Press("0", 4), port=house.port, calls=2, rate=2).ok == 2
        house.eventually(lambda session: None if session.scalar(select(Call.id).where(Call.ended_at.is_(None))) else True)
        yield house


def place(house: Breakable) -> Place:
    """Where to look for what a call left."""
    settings = house.settings
    return Place(
        house.exchange, {name: house.pid(name) for name in ("agi", "listen")}, house.database, settings.spool, range(settings.rtp_from, settings.rtp_to + 1)
    )


def telephone(house: Breakable, name: str, *, port: int = 0, **more: object) -> Telephone:
    """Somebody's telephone; his number is his name's."""
    return Telephone(port or house.port, number_of(name), **more)  # type: ignore[arg-type]


def to_a_person(house: Breakable, phone: Telephone) -> None:
    """Through the menu to the operator; he hums as soon as somebody is there."""
    time.sleep(1.5)
    phone.voice.press("0")
    house.eventually(lambda session: session.scalar(select(Call.answered_at).where(Call.caller == phone.caller, Call.answered_at.isnot(None))), 20)
    phone.voice.say(tone((HUM,), 60))


def hears(phone: Telephone, seconds: float = 1.0) -> bool:
    """Whether sound comes to him now."""
    before = len(phone.voice.came)
    time.sleep(seconds)
    return phone.voice.heard(before) > SPEAKING * seconds


def talked(house: Breakable, name: str, *, hummed: float = 1.0, within: float = 0.5) -> Call:
    """His call stands in the books as a conversation, whole, and his voice is in its recording for so many seconds."""
    call = accounted(house, name, Outcome.ANSWERED_BY_OPERATOR, within=within)
    assert seconds_of(house, call, HUM) >= hummed, "his voice is not in the recording"
    return call


def seconds_of(house: Breakable, call: Call, hertz: float) -> float:
    """How long a tone is in the recording of a call."""
    with ears.opened(house, house.settings.spool / f"calls/{call.id}.wav") as sound:
        return lasts(ears.samples(sound), hertz)
