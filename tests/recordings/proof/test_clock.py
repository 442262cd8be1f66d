"""The clock is set while people speak: that of all our processes by an hour, then that of the exchange with them, by the
seconds that a time service sets it, and by an hour. Each call has its row, and all that was said until then its sound."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from cli.revived import Revived
from dispatch.clocks import recounting
from hotline import clock as clocks
from tests.journeys.trouble import Breakable
from tests.recordings.proof import rows, witness
from tests.recordings.proof.conftest import Humming, a_house
from tests.recordings.proof.crowd import Voices, crowd
from tests.recordings.proof.lives import BY_THE_EDGE, cut_off, lives

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]
JUMPING = Path(__file__).parent / "jumping"
LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
HOUR, SECONDS = 3600, 5
WRITER_DEAD = 90  # seconds until what nobody closed is taken in
SEEN = 2.0  # seconds after which everybody has seen that the clock jumped
BOTH_WAYS = pytest.mark.parametrize("way", [1, -1], ids=["ahead", "back"])


@dataclass
class Clock(clocks.Clock):
    """What the house takes for the time of day; how long something lasts is told by another clock."""

    file: Path
    set_by: int = 0

    def jump(self, seconds: int) -> None:
        """From now on it is so much later than it was at the beginning."""
        self.file.write_text(f"{seconds:+d}\n")
        self.set_by = seconds

    def jumped(self) -> float:
        by, self.set_by = self.set_by, 0
        return by

    @property
    def around(self) -> dict[str, str]:
        """The environment of our processes."""
        return {"PYTHONPATH": str(JUMPING), "CLOCK_OFFSET_FILE": str(self.file)}


class Elsewhen(Humming):
    """An exchange that goes by such a clock: what it asks for the time of day is told by libfaketime."""

    clock: Clock

    def _options(self) -> list[str]:
        given = {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": self.clock.file, "FAKETIME_CACHE_DURATION": 1,
                 "FAKETIME_DONT_FAKE_MONOTONIC": 1}  # fmt: skip
        return [*super()._options(), *(part for name, value in given.items() for part in ("--env", f"{name}={value}"))]

    def _mounts(self) -> list[tuple[Path, str]]:
        assert LIBRARY is not None
        seen = [(folder, f"{folder}:ro") for folder in (LIBRARY.parent, self.clock.file.parent)]
        return [*super()._mounts(), *seen]


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    made = Clock(tmp_path / "clock" / "offset")
    made.file.parent.mkdir()
    made.jump(0)
    return made


@pytest.fixture
def house(clock: Clock) -> Iterator[Breakable]:
    with a_house(around=clock.around) as house:
        yield house


@pytest.fixture
def whole_house(clock: Clock) -> Iterator[Breakable]:
    """One whose exchange goes by that clock too."""
    if LIBRARY is None:
        pytest.skip("not run: libfaketime is missing (make setup installs it)")
    kind = type("Elsewhen", (Elsewhen,), {"clock": clock})
    with a_house(around=clock.around, exchange_of=kind) as house:
        yield house


@BOTH_WAYS
def test_a_clock_that_jumps_takes_no_row_and_no_word_along(house: Breakable, clock: Clock, voices: Voices, way: int, record_property: Property) -> None:
    name = "ahead" if way > 0 else "back"
    with crowd(house, voices, name) as there:
        before = rows.committed(house.database)
        clock.jump(way * HOUR)
        time.sleep(SEEN)
        there.over()
    _stood(house, witness.heard_of(house, there.people, lives(house), before, seconds=60), record_property)


@BOTH_WAYS
def test_a_clock_that_is_set_under_the_exchange_too_takes_no_row_and_no_word_along(
    whole_house: Breakable, clock: Clock, voices: Voices, way: int, record_property: Property
) -> None:
    house, name, jump = whole_house, "later" if way > 0 else "earlier", way * SECONDS
    with crowd(house, voices, name) as there:
        before = rows.committed(house.database)
        clock.jump(jump)
        time.sleep(SEEN)
        there.over()
    lived = lives(house, set_by=jump, off=SECONDS + BY_THE_EDGE)
    _stood(house, witness.heard_of(house, there.people, lived, before, seconds=WRITER_DEAD), record_property)


@BOTH_WAYS
def test_a_clock_that_is_set_by_an_hour_has_the_exchange_started_anew_and_takes_two_seconds_along(
    whole_house: Breakable, clock: Clock, voices: Voices, way: int, record_property: Property
) -> None:
    house, name = whole_house, "much later" if way > 0 else "much earlier"
    house.supervisor.exchanges.append(Revived(house.exchange, clock=clock))
    with crowd(house, voices, name) as there:
        before, pid, at = rows.committed(house.database), house.exchange.process, time.time()
        clock.jump(way * HOUR)
        house.eventually(lambda _: True if house.exchange.process not in (0, pid) else None)
    lived = cut_off(house, at, off=HOUR)
    _stood(house, witness.heard_of(house, there.people, lived, before, seconds=WRITER_DEAD), record_property)


def _stood(house: Breakable, told: witness.Testimony, record_property: Property) -> None:
    """All is there, agrees, and is due when it should be."""
    record_property("figures", told)
    assert not told.faults, told.faults
    with house.database.reading() as session:
        assert recounting.moved(session, settings=house.settings) == [], "deadlines are what the calendar makes of them"
    witness.reconciles(house, later=timedelta(hours=4))
