"""When people answer, and when again, as the calendar moves the days; and what a caller hears of it."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.calendar import keeping
from hotline.calendar.days import CalendarDay, WorkingDays, count_days, working_days
from hotline.calendar.hours import read_hours
from hotline.calendar.keeping import CalendarError, year_without_plan
from hotline.calendar.staffing import SpecialHours, Staffing, Standing, staffing
from hotline.calendar.words import clock, out_of_hours
from hotline.settings import Settings
from hotline.times import CHINA
from hotline.voice import prompts
from tests.conftest import NOON

HOURS = "1-5 08:30-12:00,14:30-18:00"
WEEK = Staffing(read_hours(HOURS))
ALWAYS = Staffing(read_hours("1-7 00:00-24:00"))


def there(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("at", "again"),
    [
        ("2026-11-23 08:29", "2026-11-23 08:30"),
        ("2026-11-23 08:30", ""),
        ("2026-11-23 12:00", "2026-11-23 14:30"),
        ("2026-11-23 18:00", "2026-11-24 08:30"),
        ("2026-11-27 18:00", "2026-11-30 08:30"),  # a Friday evening
        ("2026-02-13 18:00", "2026-02-14 08:30"),  # a Saturday that is worked
        ("2026-02-14 09:00", ""),
        ("2026-02-14 18:00", "2026-02-24 08:30"),  # the Spring Festival
        ("2026-10-01 10:00", "2026-10-08 08:30"),  # a Thursday that rests
        ("2026-12-31 18:00", "2027-01-01 08:30"),  # no plan for that year: weekdays are taken to be worked
    ],
)
def test_the_calendar_moves_the_hours(at: str, again: str) -> None:
    standing = WEEK.standing(there(at))
    assert standing.staffed is not bool(again)
    assert standing.again == (there(again) if again else None)


@pytest.mark.parametrize("at", ["2026-02-17 03:00", "2026-11-28 23:59", "2026-11-29 00:00"])
def test_a_line_that_is_staffed_round_the_clock_knows_no_holidays(at: str) -> None:
    assert ALWAYS.standing(there(at)).staffed


def test_saturdays_own_hours_hold_on_a_saturday_that_rests_and_a_holiday_keeps_those_of_a_sunday() -> None:
    week = Staffing(read_hours("1-5 08:30-18:00,6 09:00-12:00,7 10:00-11:00"))
    assert week.on(date(2026, 11, 28)) == ((540, 720),)
    assert week.on(date(2026, 2, 14)) == ((510, 1080),)
    assert week.on(date(2026, 10, 1)) == ((600, 660),)


def test_nobody_for_months_is_said_without_a_day() -> None:
    assert Staffing(read_hours("")).standing(NOON) == Standing(False, why="工作日")
    assert out_of_hours(Standing(False), at=NOON) == ("closed_now",)


@pytest.mark.parametrize(
    ("at", "heard"),
    [
        ("2026-11-23 12:00", "现在不是人工服务时间。今天人工服务时间从14点半开始。"),
        ("2026-02-13 18:00", "现在不是人工服务时间。明天星期六是工作日。人工服务时间从8点半开始。"),
        ("2026-11-23 18:00", "现在不是人工服务时间。明天星期二人工服务时间从8点半开始。"),
        ("2026-02-14 18:00", "现在不是人工服务时间。2月24日星期二人工服务时间从8点半开始。"),
        ("2026-11-23 09:00", ""),
    ],
)
def test_what_a_caller_hears(at: str, heard: str) -> None:
    texts = prompts.texts()
    assert "".join(texts[name] for name in out_of_hours(WEEK.standing(there(at)), at=there(at))) == heard


def test_every_minute_of_a_day_can_be_said() -> None:
    texts = prompts.texts() | {f"digits/{n}": str(n) for n in range(11)}
    said = {"".join(texts[name] for name in clock(there(f"2026-11-23 08:{m:02d}"))) for m in range(60)}
    assert len(said) == 60
    assert {"8点", "8点半", "8点15分", "8点05分", "8点205分"} <= said


def test_a_closure_and_a_day_of_special_hours_go_before_everything(session: Session, settings: Settings) -> None:
    for day, hours in ((date(2026, 11, 23), ""), (date(2026, 11, 29), "09:00-12:00")):
        keeping.keep_special(session, day, hours, reason="线路检修", by="x", at=NOON)
    session.flush()
    line = staffing(session, settings=settings.model_copy(update={"staffed_hours": HOURS}))
    closed = line.standing(there("2026-11-23 09:00"))
    assert (closed.again, closed.why) == (there("2026-11-24 08:30"), "线路检修")
    sunday = line.standing(there("2026-11-28 20:00"))
    assert (sunday.again, sunday.moved) == (there("2026-11-29 09:00"), False)
    keeping.forget_special(session, session.get_one(SpecialHours, date(2026, 11, 23)), by="x", at=NOON)
    assert staffing(session, settings=settings).standing(there("2026-11-23 09:00")).staffed


def test_a_holiday_of_the_office_is_kept_with_its_reason_and_forgotten_again_both_in_the_trail(session: Session) -> None:
    days = date(2026, 7, 27), date(2026, 7, 28)
    assert keeping.keep(session, *days, works=False, reason="花街节", county_code="530428", by="office", at=NOON) == 2
    session.flush()
    assert count_days(date(2026, 7, 24), 1, working_days(session, county_code="530428")).last == date(2026, 7, 29)
    row = session.get_one(CalendarDay, (days[0], "530428"))
    assert (row.by, row.at, row.reason) == ("office", NOON, "花街节")
    keeping.forget(session, row, by="office", at=NOON)
    session.flush()
    assert count_days(date(2026, 7, 24), 1, working_days(session, county_code="530428")).last == days[0]
    assert session.scalars(select(AuditRow.deed).order_by(AuditRow.id)).all() == ["calendar.kept", "calendar.forgotten"]


@pytest.mark.parametrize(
    ("first", "last", "reason", "why"),
    [("2026-07-27", "2026-07-26", "x", "起止"), ("2026-07-01", "2026-08-30", "x", "31"), ("2026-07-27", "2026-07-27", " ", "原因")],
)
def test_days_that_make_no_sense_are_refused_in_words(session: Session, first: str, last: str, reason: str, why: str) -> None:
    with pytest.raises(CalendarError, match=why):
        keeping.keep(session, date.fromisoformat(first), date.fromisoformat(last), works=False, reason=reason, by="x", at=NOON)


@pytest.mark.parametrize("hours", ["9 to 5", "12:00-09:00", "09:00-25:00", "1-5 09:00-12:00"])
def test_hours_that_are_none_are_refused_in_words(session: Session, hours: str) -> None:
    with pytest.raises(CalendarError, match="09:00-12:00"):
        keeping.keep_special(session, date(2026, 11, 23), hours, reason="x", by="x", at=NOON)


def test_a_year_without_a_plan_is_shouted_about_a_month_ahead_until_the_office_has_entered_it_whole(session: Session) -> None:
    assert year_without_plan(WorkingDays(), on=date(2026, 11, 23)) is None
    assert year_without_plan(WorkingDays(), on=date(2026, 12, 1)) == 2027
    with pytest.raises(CalendarError, match="请先录入"):
        keeping.settle(session, 2027, by="x", at=NOON)
    with pytest.raises(CalendarError, match="无需"):
        keeping.settle(session, 2026, by="x", at=NOON)
    keeping.keep(session, date(2027, 1, 1), date(2027, 1, 3), works=False, reason="元旦", by="x", at=NOON)
    keeping.keep(session, date(2027, 2, 5), date(2027, 2, 12), works=False, reason="春节", by="x", at=NOON)
    session.flush()
    keeping.settle(session, 2027, by="x", at=NOON)
    session.flush()
    calendar = working_days(session)
    assert year_without_plan(calendar, on=date(2026, 12, 31)) is None
    assert not count_days(date(2026, 12, 31), 3, calendar).provisional
    assert [calendar.why(date(2027, 1, day)) for day in (2, 4, 9)] == ["元旦", "工作日", "周末"]
