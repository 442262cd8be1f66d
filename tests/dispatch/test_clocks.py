"""Deadlines: working days as they were moved, each explained line by line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dispatch.clocks.clocks import Stop, due, due_same_day
from hotline.calendar.days import WorkingDays
from hotline.settings import Settings
from hotline.times import CHINA, local
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
    assert lines[-1] == f"{last} 18:00 下班时到期（办公时间08:30–12:00、14:30–18:00）"
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


def test_a_short_friday_ends_at_its_own_hour_and_a_worked_saturday_at_mondays(settings: Settings) -> None:
    short = settings.model_copy(update={"office_hours": "1-4 08:30-12:00,14:30-18:00,5 08:30-12:00"})
    ends = [due(morning(day), 1, WorkingDays(), settings=short) for day in ("2026-11-26", "2026-11-27", "2026-10-09")]
    assert [f"{local(one.at):%m-%d %H:%M}" for one in ends] == ["11-27 12:00", "11-30 18:00", "10-10 18:00"]
    assert ends[0].lines[-1] == "2026-11-27 12:00 下班时到期（办公时间08:30–12:00）"
    assert f"{local(due_same_day(morning('2026-11-27'), WorkingDays(), settings=short).at):%d %H:%M}" == "27 12:00"


def stop(since: str, until: str) -> Stop:
    return Stop(*(datetime.fromisoformat(moment).replace(tzinfo=CHINA) for moment in (since, until)), why="待审核")


@pytest.mark.parametrize(("stops", "end"), [
    ([("2026-11-24 10:00", "2026-11-24 11:00")], "2026-11-27T09:30"),  # an hour of the morning
    ([("2026-11-24 11:30", "2026-11-24 14:30")], "2026-11-27T09:00"),  # lunch is no working time
    ([("2026-11-24 10:00", "2026-11-25 10:00")], "2026-11-27T18:00"),  # a whole day is one day later
    ([("2026-11-24 18:00", "2026-11-25 08:00")], "2026-11-26T18:00"),  # nobody worked
    ([("2026-11-24 10:00", "2026-11-24 11:00"), ("2026-11-25 09:00", "2026-11-25 09:30")], "2026-11-27T10:00"),
    ([("2026-11-24 08:30", "2026-11-25 18:00")], "2026-11-30T18:00"),  # over the weekend
])  # fmt: skip
def test_the_clock_stands_while_somebody_else_is_waited_for(stops: list[tuple[str, str]], end: str, settings: Settings) -> None:
    found = due(morning("2026-11-23"), 3, WorkingDays(), settings=settings, stops=[stop(*one) for one in stops])
    assert local(found.at).isoformat() == end + ":00+08:00"


def test_a_stop_is_explained_with_the_days_that_it_costs(settings: Settings) -> None:
    lines = due(morning("2026-11-23"), 4, WorkingDays(), settings=settings, stops=[stop("2026-11-24 11:00", "2026-11-24 15:00")]).lines
    assert lines[-5:] == (
        "2026-11-24 11:00 至 2026-11-24 15:00 待审核，停表1小时30分钟（只计办公时间，午休不计）",
        "2026-11-28 周末，不计入", "2026-11-29 周末，不计入", "2026-11-30 工作日，顺延1小时30分钟",
        "2026-11-30 10:00 顺延后到期",
    )  # fmt: skip


def test_the_example_in_the_documents_is_what_comes_out(settings: Settings) -> None:
    lines = due(morning("2026-11-23"), 3, WorkingDays(), settings=settings, stops=[stop("2026-11-24 11:00", "2026-11-24 15:00")]).lines
    shown = "\n".join(lines).replace("待审核", "待热线审核")
    assert f"```\n{shown}\n```" in (Path(__file__).resolve().parents[2] / "docs" / "tickets.md").read_text(encoding="utf-8")


def test_a_county_holiday_stands_in_its_departments_deadline(settings: Settings) -> None:
    county = WorkingDays({date(2026, 11, 24): (False, "县庆")})
    found = due(morning("2026-11-23"), 1, county, settings=settings)
    assert local(found.at).isoformat() == "2026-11-25T18:00:00+08:00"
    assert "2026-11-24 县庆，不计入" in found.lines


def test_what_was_extended_is_counted_on_and_named(settings: Settings) -> None:
    found = due(morning("2026-11-23"), 1, WorkingDays(), settings=settings, extended=2)
    assert local(found.at).isoformat() == "2026-11-26T18:00:00+08:00"
    assert [line for line in found.lines if "延期" in line] == [
        "2026-11-25 工作日，第2个工作日（延期的第1个）", "2026-11-26 工作日，第3个工作日（延期的第2个）"]


def test_a_stop_that_reaches_into_a_year_without_a_plan_makes_the_deadline_provisional(settings: Settings) -> None:
    found = due(morning("2026-12-30"), 1, WorkingDays(), settings=settings, stops=[stop("2026-12-30 09:00", "2026-12-30 10:00")])
    assert (found.provisional, found.at.year) == (True, 2027)
