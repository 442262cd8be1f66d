"""Hours written in one line."""

from datetime import datetime

import pytest

from hotline.calendar.hours import HoursError, read_hours
from hotline.times import CHINA

LINE = "1-5 08:30-12:00,14:30-18:00,6 09:00-12:00"


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-11-23 08:29", False),
        ("2026-11-23 08:30", True),
        ("2026-11-23 12:00", False),
        ("2026-11-23 17:59", True),
        ("2026-11-28 10:00", True),
        ("2026-11-28 15:00", False),
        ("2026-11-29 10:00", False),
    ],
)
def test_hours_hold_from_opening_to_closing(moment: str, open_then: bool) -> None:
    assert read_hours(LINE).holds(datetime.fromisoformat(moment).replace(tzinfo=CHINA)) is open_then


def test_round_the_clock_is_always_open() -> None:
    hours = read_hours("1-7 00:00-24:00")
    assert all(hours.holds(datetime(2026, 11, 23 + d, h, 59, tzinfo=CHINA)) for d in range(7) for h in range(24))


@pytest.mark.parametrize("line", ["9 to 5", "1-5 8-12", "1-5"])
def test_a_line_that_is_no_hours_is_refused_in_words(line: str) -> None:
    with pytest.raises(HoursError, match="is not a time"):
        read_hours(line)
