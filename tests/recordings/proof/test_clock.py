"""The clock of all our processes jumps while people speak, an hour ahead or back: each call has its row and its whole
recording. The exchange's own is left alone: how long its ticks are goes by it (see the operations page)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.trouble import Breakable, all_ended
from tests.recordings.proof import witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import callers, crowd
from tests.recordings.proof.witness import Life

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]
JUMPING = Path(__file__).parent / "jumping"
HOUR = 3600
SEEN = 2.0  # seconds after which everybody has seen that the clock jumped


@dataclass
class Clock:
    """What the house takes for the time of day; how long something lasts is told by another clock."""

    file: Path

    def jump(self, seconds: int) -> None:
        """From now on it is so much later than it was at the beginning."""
        self.file.write_text(f"{seconds:+d}\n")

    @property
    def around(self) -> dict[str, str]:
        """The environment of our processes."""
        return {"PYTHONPATH": str(JUMPING), "CLOCK_OFFSET_FILE": str(self.file)}


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    made = Clock(tmp_path / "offset")
    made.jump(0)
    return made


@pytest.fixture
def house(clock: Clock) -> Iterator[Breakable]:
    with a_house(around=clock.around) as house:
        yield house


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["ahead", "back"])
def test_a_clock_that_jumps_takes_no_row_and_no_word_along(house: Breakable, clock: Clock, voice: Path, jump: int, record_property: Property) -> None:
    name = "ahead" if jump > 0 else "back"
    with crowd(house, voice, name) as lines:
        before = witness.committed(house.database)
        clock.jump(jump)
        time.sleep(SEEN)
        all_ended(lines)
    lives = {call: Life.of(seconds) for call, seconds in house.lives().items()}
    told = witness.heard(house, callers(name), lives, before, seconds=60)
    record_property("figures", told)
    assert not told.faults, told.faults
    witness.reconciles(house, later=timedelta(hours=4))
