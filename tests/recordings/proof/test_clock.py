"""The machine's clock jumps while people speak, an hour ahead or back: each call has its row and its whole recording."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from cli.exchange import Exchange
from tests.journeys.trouble import Breakable, all_ended
from tests.recordings.proof import witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import callers, crowd
from tests.recordings.proof.witness import Life

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]
LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
JUMPING = Path(__file__).parent / "jumping"
HOUR = 3600
SEEN = 2.0  # seconds after which everybody has seen that the clock jumped


@dataclass
class Clock:
    """What the house (by time-machine) and its exchange (by libfaketime) take for the time of day; how long something
    lasts is told by another clock."""

    file: Path

    def jump(self, seconds: int) -> None:
        """From now on it is so much later than it was at the beginning."""
        self.file.write_text(f"{seconds:+d}\n")

    @property
    def around(self) -> dict[str, str]:
        """The environment of our processes."""
        return {"PYTHONPATH": str(JUMPING), "FAKETIME_TIMESTAMP_FILE": str(self.file)}


def exchange_by(clock: Clock) -> type[Exchange]:
    """An exchange that lives by this clock."""

    class Elsewhen(Exchange):
        def _options(self) -> list[str]:
            given = {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": clock.file, "FAKETIME_CACHE_DURATION": 1,
                     "FAKETIME_DONT_FAKE_MONOTONIC": 1}  # fmt: skip
            return [*super()._options(), *(part for name, value in given.items() for part in ("--env", f"{name}={value}"))]

        def _mounts(self) -> list[tuple[Path, str]]:
            assert LIBRARY is not None
            return [*super()._mounts(), (LIBRARY.parent, f"{LIBRARY.parent}:ro"), (clock.file.parent, f"{clock.file.parent}:ro")]

    return Elsewhen


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    if LIBRARY is None:
        pytest.skip("not run: libfaketime is missing (make setup installs it)")
    made = Clock(tmp_path / "clock" / "offset")
    made.file.parent.mkdir()
    made.jump(0)
    return made


@pytest.fixture
def house(clock: Clock) -> Iterator[Breakable]:
    with a_house(around=clock.around, exchange_of=exchange_by(clock)) as house:
        yield house


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["ahead", "back"])
def test_a_clock_that_jumps_takes_no_row_and_no_word_along(house: Breakable, clock: Clock, voice: Path, jump: int, record_property: Property) -> None:
    name = "ahead" if jump > 0 else "back"
    with crowd(house, voice, name) as lines:
        before = witness.committed(house.database)
        clock.jump(jump)
        time.sleep(SEEN)
        all_ended(lines)
    lives = {call: Life.of(seconds - jump) for call, seconds in house.lives().items()}
    told = witness.heard(house, callers(name), lives, before, seconds=60)
    record_property("figures", told)
    assert not told.faults, told.faults
    witness.reconciles(house, later=timedelta(hours=4))
