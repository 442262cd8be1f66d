"""A day in Yuxi begins and ends by the clock in Yuxi."""

from datetime import UTC, date, datetime

import pytest

from hotline.times import day_begins, day_ends, local_day


def test_a_day_begins_eight_hours_before_it_does_in_utc() -> None:
    assert day_begins(date(2026, 11, 28)) == datetime(2026, 11, 27, 16, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 12, 31), date(1990, 4, 15), date(1990, 9, 16)])
def test_a_day_ends_where_the_next_begins(day: date) -> None:
    """Also those of 23 and 25 hours, of which China had some until 1991."""
    after = date.fromordinal(day.toordinal() + 1)
    assert (day_ends(day), local_day(day_begins(day)), local_day(day_ends(day))) == (day_begins(after), day, after)
