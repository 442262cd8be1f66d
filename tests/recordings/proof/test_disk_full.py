"""The disk is full while people speak, and has room again: what was said before and after is there, and all rows; who
called meanwhile is served, and that there is no recording of him waits for a person."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import sip
from cli.sip_scenario import Wait
from tests.journeys.trouble import Breakable, all_ended, number_of
from tests.recordings.proof import witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import callers, crowd
from tests.recordings.proof.witness import CUT_OFF, Life

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]
SIZE, FULL, AFTER = "96m", 5.0, 3.0  # how large the disk is; seconds for which it is full, and until all write again
WRITER_DEAD = 90  # seconds until what nobody closed is taken in


@dataclass
class Disk:
    """A small disk of its own."""

    folder: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte of room."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        assert shutil.disk_usage(self.folder).free == 0
        try:
            yield
        finally:
            filler.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    with tempfile.TemporaryDirectory(prefix="hl-disk-") as name:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", name], capture_output=True, text=True)
        if mounted.returncode:
            pytest.skip(f"not run: a disk can't be mounted here ({mounted.stderr.strip()})")
        try:
            yield Disk(Path(name))
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


@pytest.fixture
def house(disk: Disk) -> Iterator[Breakable]:
    with a_house(disk=disk.folder) as house:
        yield house


def test_while_the_disk_is_full_people_talk_on_and_afterwards_only_those_seconds_are_missing(house: Breakable, disk: Disk, voice: Path, record_property: Property) -> None:
    with crowd(house, voice, "full") as lines:
        before, began = witness.committed(house.database), time.time()
        with disk.full(), house.ring(number_of("arrives"), Wait(FULL - 1)) as arrives:
            time.sleep(FULL)
            assert served(arrives), "who calls meanwhile is served"
        ended = time.time()
        all_ended(lines)
    arrived = house.call_of(number_of("arrives"), seconds=30)
    assert arrived.ended_at is not None
    since = house.answered()
    lives = {call: Life(seconds, (began - since[call] - CUT_OFF, ended - since[call] + AFTER)) for call, seconds in house.lives().items()}
    told = witness.heard(house, callers("full"), lives, before, seconds=WRITER_DEAD)
    record_property("figures", f"{told}, of {ended - began:.0f} s without room")
    assert not told.faults, told.faults
    witness.reconciles(house, silent=arrived.id)


def served(caller: sip.Sipp) -> bool:
    result = caller.result(20)
    return (result.ok, result.failed) == (1, 0)
