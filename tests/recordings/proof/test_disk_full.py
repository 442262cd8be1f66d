"""Others fill the disk while people speak: nothing that is said is lost, and who calls meanwhile is recorded too. Without a
reserve he is served, and that there is no recording of him waits for a person."""

import time
from collections.abc import Callable, Iterator

import pytest

from cli import sip
from cli.sip_scenario import Say, Wait
from tests.journeys.trouble import Breakable, number_of
from tests.recordings.proof import rows, witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import Person, Voices, crowd
from tests.recordings.proof.lives import lives
from tests.support import disks
from tests.support.disks import Disk

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(480)]
Property = Callable[[str, object], None]
SIZE, FULL = 400, 6.0  # megabytes of the disk; seconds for which it is full
SLIP_LOST = 150  # seconds until a message whose slip had no room is one all the same


@pytest.fixture
def disk() -> Iterator[Disk]:
    with disks.small(SIZE, kind="ext4") as disk:
        yield disk


@pytest.fixture
def house(disk: Disk, request: pytest.FixtureRequest) -> Iterator[Breakable]:
    with a_house(disk=disk.folder, DISK_RESERVE_MEGABYTES=request.param) as house:
        yield house


@pytest.mark.parametrize("house", ["16", "0"], ids=["a reserve", "none"], indirect=True)
def test_while_others_fill_the_disk_no_word_is_lost(house: Breakable, disk: Disk, voices: Voices, record_property: Property) -> None:
    has_reserve = house.settings.disk_reserve_megabytes > 0
    with crowd(house, voices, "full") as there:
        before, began = rows.committed(house.database), time.monotonic()
        with disk.full(), house.ring(number_of("arrives"), Say(voices.caller), Wait(FULL - 1)) as arrives:
            time.sleep(FULL)
            assert served(arrives), "who calls meanwhile is served"
        ended = time.monotonic()
        there.over()
    arrived = house.call_of(number_of("arrives"), seconds=30)
    assert arrived.ended_at is not None
    heard = [*there.people, *([Person("arrives", number_of("arrives"))] if has_reserve else [])]
    told = witness.heard_of(house, heard, lives(house), before, seconds=SLIP_LOST)
    record_property("figures", f"{told}, of {ended - began:.0f} s without room")
    assert not told.faults, told.faults
    witness.reconciles(house, silent="" if has_reserve else arrived.id)


def served(caller: sip.Sipp) -> bool:
    result = caller.result(20)
    return (result.ok, result.failed) == (1, 0)
