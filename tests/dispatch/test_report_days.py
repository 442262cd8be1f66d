"""The days by which a month is reported, and the day of its reminder."""

from datetime import date

import pytest

from dispatch.figures.report_days import Level, due, last_month, reminded
from hotline.calendar.days import WorkingDays
from hotline.settings import Settings


@pytest.mark.parametrize(("level", "day", "reminder"), [
    (Level.UNIT, date(2026, 10, 5), date(2026, 10, 1)),  # 1 to 4 October rest: it doesn't move, and comes with the first
    (Level.COUNTY, date(2026, 10, 10), date(2026, 10, 9)), (Level.CITY, date(2026, 10, 15), date(2026, 10, 14))])  # fmt: skip
def test_the_days_do_not_move_and_the_reminder_comes_on_the_last_working_day_before(settings: Settings, level: Level, day: date, reminder: date) -> None:
    assert due(level, date(2026, 9, 1), settings=settings) == day
    assert reminded(level, date(2026, 9, 1), WorkingDays(), settings=settings) == reminder
    assert last_month(date(2026, 1, 31)) == date(2025, 12, 1)
