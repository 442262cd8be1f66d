"""Each part is killed (SIGKILL) while people speak: every row that was committed and every word are there afterwards."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from cli.up import PROCESSES
from tests.journeys.conftest import PROJECT, free_ports
from tests.journeys.trouble import Breakable
from tests.recordings.proof import rows, witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import Voices, crowd
from tests.recordings.proof.lives import cut_off, lives

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
def test_a_part_that_is_killed_takes_no_row_and_no_word_along(house: Breakable, voices: Voices, part: str, record_property: Property) -> None:
    assert parts(house) == {*PARTS}, "no part is forgotten"
    killed(house, voices, part, record_property)


def test_the_part_that_hears_is_killed_and_takes_no_row_and_no_word_along(hearing: Breakable, voices: Voices, record_property: Property) -> None:
    assert parts(hearing) == {*PARTS, "hear"}, "no part is forgotten"
    killed(hearing, voices, "hear", record_property)


def parts(house: Breakable) -> set[str]:
    return {child.name for child in house.supervisor.children}


def killed(house: Breakable, voices: Voices, part: str, record_property: Property) -> None:
    with crowd(house, voices, part) as there:
        before, pid = rows.committed(house.database), house.pid(part)
        os.kill(pid, signal.SIGKILL)
        there.over()
    house.revived(part, pid)
    time.sleep(4)  # the exchange's last records are read
    told = witness.heard_of(house, there.people, lives(house), before)
    record_property("figures", told)
    assert not told.faults, told.faults
    witness.reconciles(house)


def test_an_exchange_that_is_killed_takes_the_last_two_seconds_along_and_no_more(house: Breakable, voices: Voices, record_property: Property) -> None:
    with crowd(house, voices, "exchange") as there:
        before, pid = rows.committed(house.database), house.exchange.process
        killed = time.time()
        os.kill(pid, signal.SIGKILL)
        time.sleep(2)
        house.exchange.start()
    told = witness.heard_of(house, there.people, cut_off(house, killed), before, seconds=WRITER_DEAD)
    record_property("figures", told)
    assert not told.faults, told.faults
    witness.reconciles(house)
