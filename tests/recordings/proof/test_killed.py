"""Each part is killed (SIGKILL) while people speak: every row that was committed and every word are there afterwards."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.up import PROCESSES
from tests.journeys.conftest import PROJECT, free_ports
from tests.journeys.trouble import Breakable, all_ended
from tests.recordings.proof import witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import callers, crowd
from tests.recordings.proof.witness import CUT_OFF, Life

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]
PARTS = ("broker", *PROCESSES)
WRITER_DEAD = 90  # seconds until what nobody closed is taken in


@pytest.fixture(scope="module")
def hearing() -> Iterator[Breakable]:
    """A house in which callers may speak to the machine: it has one part more."""
    with a_house(SPEECH="true", HEAR_PORT=str(free_ports(1)[0]), HEARING_FOLDER=str(PROJECT / ".hearing")) as house:
        yield house


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_takes_no_row_and_no_word_along(house: Breakable, voice: Path, part: str, record_property: Property) -> None:
    assert parts(house) == {*PARTS}, "no part is forgotten"
    killed(house, voice, part, record_property)


def test_the_part_that_hears_is_killed_and_takes_no_row_and_no_word_along(hearing: Breakable, voice: Path, record_property: Property) -> None:
    assert parts(hearing) == {*PARTS, "hear"}, "no part is forgotten"
    killed(hearing, voice, "hear", record_property)


def parts(house: Breakable) -> set[str]:
    return {child.name for child in house.supervisor.children}


def killed(house: Breakable, voice: Path, part: str, record_property: Property) -> None:
    with crowd(house, voice, part) as lines:
        before, pid = witness.committed(house.database), house.pid(part)
        os.kill(pid, signal.SIGKILL)
        all_ended(lines)
    house.revived(part, pid)
    time.sleep(4)  # the exchange's last records are read
    lives = {call: Life.of(seconds) for call, seconds in house.lives().items()}
    told = witness.heard(house, callers(part), lives, before)
    record_property("figures", told)
    assert not told.faults, told.faults
    witness.reconciles(house)


def test_an_exchange_that_is_killed_takes_the_last_two_seconds_along_and_no_more(house: Breakable, voice: Path, record_property: Property) -> None:
    with crowd(house, voice, "exchange"):
        before, pid = witness.committed(house.database), house.exchange.process
        killed = time.time()
        os.kill(pid, signal.SIGKILL)
        time.sleep(2)
        house.exchange.start()
    lives = {call: Life.of(killed - since, lost=CUT_OFF) for call, since in house.answered().items()}
    told = witness.heard(house, callers("exchange"), lives, before, seconds=WRITER_DEAD)
    record_property("figures", told)
    assert not told.faults, told.faults
    witness.reconciles(house)
