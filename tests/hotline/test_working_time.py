"""Working time: only what lies in office hours on working days counts."""

from datetime import date, datetime, timedelta

import pytest

from hotline.calendar.days import WorkingDays
from hotline.calendar.hours import read_hours
from hotline.calendar.working_time import WorkingTime
from hotline.times import CHINA

COUNTY = WorkingDays({date(2026, 11, 25): (False, "县庆")})
USUAL = WorkingTime(read_hours("08:30-12:00,14:30-18:00"), WorkingDays())


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=CHINA)


@pytest.mark.parametrize(("since", "until", "minutes"), [
    ("2026-11-23 09:00", "2026-11-23 10:30", 90),
    ("2026-11-23 11:30", "2026-11-23 15:00", 60),  # lunch
    ("2026-11-23 12:00", "2026-11-23 14:30", 0),
    ("2026-11-23 17:00", "2026-11-24 09:00", 90),  # the night
    ("2026-11-27 17:00", "2026-11-30 09:30", 120),  # a weekend
    ("2026-09-30 17:00", "2026-10-08 09:00", 90),  # 国庆节
    ("2026-10-10 09:00", "2026-10-10 10:00", 60),  # a Saturday that is worked
    ("2026-11-23 09:00", "2026-11-23 09:00", 0),
])  # fmt: skip
def test_lunch_nights_and_rest_days_are_no_working_time(since: str, until: str, minutes: int) -> None:
    assert USUAL.between(at(since), at(until)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("start", "minutes", "end"), [
    ("2026-11-23 18:00", 60, "2026-11-24 09:30"),
    ("2026-11-23 18:00", 240, "2026-11-24 15:00"),
    ("2026-11-27 18:00", 420, "2026-11-30 18:00"),
    ("2026-11-27 18:00", 421, "2026-12-01 08:31"),
    ("2026-09-30 18:00", 30, "2026-10-08 09:00"),
    ("2026-11-23 11:00", 90, "2026-11-23 15:00"),
])  # fmt: skip
def test_working_time_is_added_over_lunch_nights_and_rest_days(start: str, minutes: int, end: str) -> None:
    *_, (_, _, reached) = USUAL.after(at(start), timedelta(minutes=minutes))
    assert reached == at(end)
    assert USUAL.between(at(start), reached) == timedelta(minutes=minutes)


def test_a_countys_own_holiday_is_no_working_time_there() -> None:
    county = WorkingTime(USUAL.hours, COUNTY)
    assert county.between(at("2026-11-24 17:00"), at("2026-11-26 09:30")) == timedelta(minutes=120)
    *_, (_, _, reached) = county.after(at("2026-11-24 18:00"), timedelta(minutes=30))
    assert reached == at("2026-11-26 09:00")
