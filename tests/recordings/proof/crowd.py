"""Five people who call at once and speak all the time, each somewhere else: handed to a department, with an operator,
waiting, leaving a message, asking the machine."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cli.sip import Sipp
from cli.sip_scenario import Say, Signal, Step, Wait
from tests.journeys import handing
from tests.journeys.trouble import TUNE, Breakable, number_of, operator

SPOKEN = 35  # seconds that each of them stays, at least
WITH_SOMEBODY = ("handed", "talks")
ALONE: dict[str, tuple[Step, ...]] = {
    "waits": (Signal("0", SPOKEN - 2),),
    "leaves": (Signal("0", 13), Signal("1", SPOKEN - 15)),  # what is said to him first takes so long
    "asks": (Signal("1", SPOKEN - 2),),
}
LEAVES_NOW = 26  # seconds after which the message is being recorded


@contextmanager
def crowd(house: Breakable, voice: Path, name: str) -> Iterator[dict[str, Sipp]]:
    """All of them, once each is where he is to be; `name` gives them telephones of their own."""
    with ExitStack() as stack:
        for number in (1, 2):
            stack.enter_context(operator(house, number))
        stack.enter_context(handing.liaisons(house, TUNE))
        lines = {who: _rings(stack, house, voice, f"{who}{name}", Signal("0", SPOKEN + 10)) for who in WITH_SOMEBODY}
        handed = handing.hand_on(house, number_of(f"handed{name}"))
        lines |= {who: _rings(stack, house, voice, f"{who}{name}", *does) for who, does in ALONE.items()}
        begun = time.monotonic()
        handing.together(house, handed)
        time.sleep(max(0.0, begun + LEAVES_NOW - time.monotonic()))
        yield lines


def callers(name: str) -> list[str]:
    """The numbers that they call from."""
    return [number_of(f"{who}{name}") for who in (*WITH_SOMEBODY, *ALONE)]


def _rings(stack: ExitStack, house: Breakable, voice: Path, name: str, *does: Step) -> Sipp:
    return stack.enter_context(house.ring(number_of(name), Say(voice), Wait(1.5), *does))
