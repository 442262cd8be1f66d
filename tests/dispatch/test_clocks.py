"""Deadlines: working days as they were moved, each explained line by line."""

from datetime import UTC, date, datetime

import pytest

from dispatch.clocks import due
from hotline.calendar.days import WorkingDays
from hotline.settings import Settings
from hotline.times import local
from tests.hotline.test_calendar import VECTORS


def morning(day: str) -> datetime:
    return datetime.fromisoformat(day + "T09:00:00+08:00").astimezone(UTC)


@pytest.mark.parametrize(("start", "days", "last"), VECTORS)
def test_a_deadline_ends_with_the_office_hours_of_its_last_day(start: str, days: int, last: str, settings: Settings) -> None:
    found = due(morning(start), days, WorkingDays(), settings=settings)
    assert local(found.at).isoformat() == last + "T18:00:00+08:00"
    assert not found.provisional


@pytest.mark.parametrize(("start", "days", "last"), VECTORS)
def test_its_explanation_counts_up_to_the_promised_days_and_ends_at_the_deadline(start: str, days: int, last: str, settings: Settings) -> None:
    lines = due(morning(start), days, WorkingDays(), settings=settings).lines
    assert lines[0] == f"{start} 起算日，不计入"
    assert lines[-1] == f"{last} 18:00 下班时到期"
    assert [line.rpartition("第")[2] for line in lines if "第" in line] == [f"{n}个工作日" for n in range(1, days + 1)]
    looked_at = (date.fromisoformat(last) - date.fromisoformat(start)).days
    assert len(lines) == looked_at + 2


def test_a_holiday_and_a_working_saturday_say_what_they_are(settings: Settings) -> None:
    lines = due(morning("2026-09-30"), 3, WorkingDays(), settings=settings).lines
    assert "2026-10-07 国庆节，不计入" in lines
    assert "2026-10-10 调休上班，第3个工作日" in lines


def test_the_starting_day_is_yuxis_and_not_the_meridians(settings: Settings) -> None:
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # already Monday in Yuxi
    assert due(late, 1, WorkingDays(), settings=settings).lines[0].startswith("2026-11-23 起算日")


def test_a_deadline_in_a_year_without_a_plan_is_provisional_and_says_so(settings: Settings) -> None:
    found = due(morning("2026-12-31"), 1, WorkingDays(), settings=settings)
    assert found.provisional
    assert any("尚未公布" in line for line in found.lines)


def test_the_hour_of_the_deadline_is_the_offices_own(settings: Settings) -> None:
    early = settings.model_copy(update={"office_hours": "08:00-12:00,14:00-17:30"})
    assert f"{local(due(morning('2026-11-23'), 1, WorkingDays(), settings=early).at):%H:%M}" == "17:30"
