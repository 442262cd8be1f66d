"""When something is due again, and when the machine stops speaking it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.due import counts_from, due_on, months_after, overdue
from knowledge_base.updates import stale

DAYS = st.dates(date(2011, 1, 1), date(2060, 12, 31))
MONTHS = st.integers(1, 24)


@pytest.mark.parametrize(("day", "months", "then"), [
    ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-11-30", 3, "2027-02-28"),
    ("2026-08-31", 3, "2026-11-30"), ("2026-12-15", 1, "2027-01-15"), ("2026-12-31", 12, "2027-12-31"),
    ("2028-02-29", 12, "2029-02-28"), ("2026-03-31", 3, "2026-06-30"),
])  # fmt: skip
def test_a_month_later_is_the_same_day_or_the_months_last(day: str, months: int, then: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(then)


@given(DAYS, MONTHS)
def test_months_later_is_the_right_month_and_never_further_than_the_day_itself(day: date, months: int) -> None:
    then = months_after(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)


def test_what_was_never_confirmed_counts_from_its_publication_and_a_later_publication_confirms() -> None:
    published = date(2026, 5, 10)
    assert counts_from(None, published) == published
    assert counts_from(date(2026, 8, 1), published) == date(2026, 8, 1)
    assert counts_from(date(2026, 2, 1), published) == published
    assert due_on(None, published, every_months=3) == date(2026, 8, 10)


def test_the_due_day_is_not_overdue_and_the_last_day_of_grace_is_still_one() -> None:
    due = date(2026, 8, 10)
    assert overdue(due, on=due, grace_days=30).days == 0
    assert overdue(due, on=date(2026, 8, 11), grace_days=30).days == 1
    assert not overdue(due, on=date(2026, 9, 9), grace_days=30).beyond_grace
    assert overdue(due, on=date(2026, 9, 10), grace_days=30).beyond_grace


@pytest.mark.parametrize(("on", "gone"), [("2026-08-10", False), ("2026-09-09", False), ("2026-09-10", True)])
def test_the_machine_falls_silent_the_day_after_the_grace(on: str, gone: bool) -> None:
    asked = date.fromisoformat(on)
    assert stale(None, date(2026, 5, 10), every_months=3, on=asked, grace_days=30) is gone
    assert stale(date(2026, 5, 10), date(2025, 1, 1), every_months=3, on=asked, grace_days=30) is gone
    assert not stale(date(2026, 8, 12), date(2025, 1, 1), every_months=3, on=asked, grace_days=30)


@given(confirmed=st.none() | DAYS, began=DAYS, months=MONTHS, on=DAYS, grace=st.integers(0, 90))
def test_whoever_confirms_today_is_heard_again_and_time_alone_never_helps(
    confirmed: date | None, began: date, months: int, on: date, grace: int
) -> None:
    assert not stale(on, began, every_months=months, on=on, grace_days=grace)
    if stale(confirmed, began, every_months=months, on=on, grace_days=grace):
        assert stale(confirmed, began, every_months=months, on=on + timedelta(days=1), grace_days=grace)
