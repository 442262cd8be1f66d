"""When an office is open: by its own hours, the season, and the days that are worked."""

from datetime import datetime

import pytest

from hotline.calendar.days import WorkingDays
from hotline.calendar.office import office_hours
from hotline.times import CHINA

USUAL = "08:30-12:00,14:30-18:00"
OWN = [{"days": "1-5", "open": "09:00", "close": "12:00"}, {"days": "6", "open": "10:00", "close": "11:00"}]
SEASONS = [{"days": "1-5", "open": "08:00", "close": "12:00", "season": "summer"},
           {"days": "1-5", "open": "09:00", "close": "12:00", "season": "winter"}]  # fmt: skip


def closed(spans: list[dict[str, str]], day: str, calendar: WorkingDays | None = None) -> str:
    hours = office_hours(spans, calendar or WorkingDays(), otherwise=USUAL, season="05-01/09-30")
    return hours.closed(datetime.fromisoformat(day).replace(tzinfo=CHINA))


@pytest.mark.parametrize(
    ("spans", "day", "why"),
    [
        ([], "2026-11-23 08:29", "不在办公时间"),
        ([], "2026-11-23 08:30", ""),
        ([], "2026-11-23 11:59", ""),
        ([], "2026-11-23 12:00", "不在办公时间"),
        ([], "2026-11-23 14:30", ""),
        ([], "2026-11-21 10:00", "周末，不办公"),
        (OWN, "2026-11-23 08:45", "不在办公时间"),
        (OWN, "2026-11-21 10:30", ""),  # a Saturday that the office itself names
        (OWN, "2026-11-22 10:30", "周末，不办公"),
        (OWN, "2026-10-01 10:30", "国庆节，不办公"),
        (OWN, "2026-10-03 10:30", "国庆节，不办公"),  # a Saturday within a holiday
        ([], "2026-10-10 10:30", ""),  # a Saturday that is worked instead
        (SEASONS, "2026-09-30 08:30", ""),
        (SEASONS, "2026-11-23 08:30", "不在办公时间"),
        (SEASONS, "2026-11-23 09:30", ""),
    ],
)
def test_an_office_is_open_when_it_says_so_on_days_that_are_worked(
    spans: list[dict[str, str]], day: str, why: str
) -> None:
    assert closed(spans, day) == why


def test_a_day_that_the_county_keeps_for_itself_is_no_working_day() -> None:
    day = datetime.fromisoformat("2026-11-23").date()
    assert closed(OWN, "2026-11-23 10:00", WorkingDays({day: (False, "县庆")})) == "县庆，不办公"


def test_a_saturday_that_is_worked_is_worked_like_a_monday_unless_the_office_says_otherwise() -> None:
    assert closed(SEASONS, "2026-10-10 09:30") == ""
    assert closed(OWN, "2026-10-10 09:30") == "不在办公时间"
