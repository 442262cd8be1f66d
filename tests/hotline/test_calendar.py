"""Working days, as the yearly notices of the State Council moved them."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from hotline.calendar.days import CalendarDay, WorkingDays, count_days, working_days

VECTORS = [
    ("2011-01-28", 5, "2011-02-10"),
    ("2011-09-30", 3, "2011-10-10"),
    ("2011-12-30", 1, "2011-12-31"),
    ("2011-12-30", 5, "2012-01-09"),
    ("2024-09-13", 20, "2024-10-17"),
    ("2025-09-30", 5, "2025-10-14"),
    ("2026-02-13", 5, "2026-02-27"),
    ("2026-04-30", 1, "2026-05-06"),
    ("2026-09-30", 5, "2026-10-13"),
]


@pytest.mark.parametrize(("start", "days", "last"), VECTORS)
def test_the_nth_working_day_is_counted_as_the_holidays_were_moved(start: str, days: int, last: str) -> None:
    counted = count_days(date.fromisoformat(start), days, WorkingDays())
    assert (counted.last, counted.provisional) == (date.fromisoformat(last), False)


def test_a_count_into_a_year_without_a_plan_is_provisional() -> None:
    assert count_days(date(2026, 12, 31), 1, WorkingDays()).provisional


def test_every_day_looked_at_says_why_it_counts_or_not() -> None:
    lines = count_days(date(2026, 9, 30), 5, WorkingDays()).lines
    assert [(f"{day:%m-%d}", works, why) for day, works, why in lines[6:11]] == [
        ("10-07", False, "国庆节"),
        ("10-08", True, "工作日"),
        ("10-09", True, "工作日"),
        ("10-10", True, "调休上班"),
        ("10-11", False, "周末"),
    ]


def test_a_county_keeps_its_own_holiday_and_the_city_does_not(session: Session) -> None:
    session.add(CalendarDay(day=date(2026, 7, 27), county_code="530427", works=False, reason="花街节"))
    session.flush()
    start = date(2026, 7, 24)
    assert count_days(start, 1, working_days(session, county_code="530427")).last == date(2026, 7, 28)
    assert count_days(start, 1, working_days(session)).last == date(2026, 7, 27)


def test_a_day_that_the_office_settles_in_an_unpublished_year_is_not_provisional(session: Session) -> None:
    session.add(CalendarDay(day=date(2027, 1, 1), works=False, reason="元旦"))
    session.add(CalendarDay(day=date(2027, 1, 4), works=True, reason="工作日"))
    session.add_all(CalendarDay(day=date(2027, 1, n), works=False, reason="元旦") for n in (2, 3))
    session.flush()
    counted = count_days(date(2026, 12, 31), 1, working_days(session))
    assert (counted.last, counted.provisional) == (date(2027, 1, 4), False)
