"""Who is reminded of an update, when, and that it is once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.calendar.days import CalendarDay, WorkingDays
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings, SettingsError, read_settings
from knowledge_base import reminders
from knowledge_base.reminders import Owed, day_of, step_of
from knowledge_base.updates import Reminder

from .keeping import entry_of, noon

STEPS = (-14, -3, 0, 7, 21)
PLAIN = WorkingDays()


@pytest.mark.parametrize(("due", "step", "told"), [
    ("2026-11-23", 0, "2026-11-23"),  # a Monday
    ("2026-11-22", 0, "2026-11-20"),  # a Sunday: the Friday before
    ("2026-10-06", 0, "2026-09-30"),  # in the holiday: the last working day before it
    ("2026-10-06", -3, "2026-09-30"),
    ("2026-10-10", 0, "2026-10-10"),  # a Saturday that is worked
    ("2026-09-30", 7, "2026-10-08"),  # the week after ends in the holiday: nobody is told before the day has passed
    ("2026-11-14", 7, "2026-11-20"),
])  # fmt: skip
def test_a_reminder_on_a_rest_day_comes_on_the_last_working_day_before(due: str, step: int, told: str) -> None:
    assert day_of(date.fromisoformat(due), step, PLAIN) == date.fromisoformat(told)


@given(due=st.dates(date(2024, 1, 10), date(2026, 12, 1)), step=st.sampled_from(STEPS))
def test_a_reminder_comes_on_a_working_day_and_on_the_right_side_of_its_day(due: date, step: int) -> None:
    told = day_of(due, step, PLAIN)
    assert PLAIN.works(told)
    assert told > due if step > 0 else told <= due + timedelta(days=step)


def test_only_the_last_reminder_whose_day_has_come_is_owed() -> None:
    due = date(2026, 11, 25)
    turn = lambda day: step_of(due, on=date.fromisoformat(day), steps=STEPS, calendar=PLAIN)  # noqa: E731
    assert turn("2026-11-10") is None
    assert [turn(f"2026-11-{d}") for d in (11, 19, 20, 24, 25)] == [-14, -14, -3, -3, 0]
    assert turn("2026-11-21") is None  # a Saturday
    assert [turn(day) for day in ("2026-12-02", "2026-12-16", "2027-03-01")] == [7, 21, 21]


@pytest.fixture
def due_soon(session: Session, office: Department) -> Department:
    """Due on 2026-11-25."""
    office.confirmed_on = date(2026, 8, 25)
    session.flush()
    return office


def told(session: Session, settings: Settings, day: str) -> list[Owed]:
    at = noon(date.fromisoformat(day))
    return [one for one in reminders.owed(session, settings=settings, at=at) if reminders.remind(session, one, at=at)]


def test_a_department_is_told_once_each_time_and_each_time_is_evidence(
    session: Session, due_soon: Department, settings: Settings
) -> None:
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(60)]
    said = [(f"{day:%m-%d}", one.step) for day in days for _ in range(2) for one in told(session, settings, str(day))]
    assert said == [("11-11", -14), ("11-20", -3), ("11-25", 0), ("12-02", 7), ("12-16", 21)]
    session.flush()
    kept = session.scalars(select(Reminder).order_by(Reminder.id)).all()
    assert [(r.step, r.due_on) for r in kept] == [(str(step), date(2026, 11, 25)) for step in STEPS]
    noted = session.scalars(select(AuditRow).where(AuditRow.deed == "update.reminded")).all()
    assert [row.details["step"] for row in noted] == list(STEPS)


def test_who_confirms_is_not_reminded_any_more_until_the_next_day_is_near(
    session: Session, due_soon: Department, settings: Settings
) -> None:
    at = noon(date(2026, 11, 11))
    assert told(session, settings, "2026-11-11")
    assert reminders.standing(session, due_soon, at=at) is not None
    due_soon.confirmed_on = date(2026, 11, 12)
    session.flush()
    assert reminders.standing(session, due_soon, at=at) is None
    assert told(session, settings, "2026-11-25") == []
    assert [one.due_on for one in told(session, settings, "2027-01-29")] == [date(2027, 2, 12)]


def test_whatever_is_due_first_decides_the_day(session: Session, due_soon: Department, settings: Settings) -> None:
    entry_of(session, due_soon, "居住证", published=date(2026, 8, 20))
    assert [one.due_on for one in told(session, settings, "2026-11-20")] == [date(2026, 11, 20)]


def test_a_county_that_rests_is_told_the_day_before(session: Session, due_soon: Department, settings: Settings) -> None:
    due_soon.county_code = "530427"
    session.add(CalendarDay(day=date(2026, 11, 25), county_code="530427", works=False, reason="花街节"))
    session.flush()
    told(session, settings, "2026-11-20")
    assert [one.step for one in told(session, settings, "2026-11-24")] == [0]
    assert told(session, settings, "2026-11-25") == []


def test_of_two_who_remind_at_once_one_does(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        session.add(Department(code="101", name="局", short_name="局", confirmed_on=date(2026, 8, 25)))
    at = noon(date(2026, 11, 25))
    with database.reading() as session:
        (one,) = reminders.owed(session, settings=settings, at=at)
    done = []
    for _ in range(2):
        with database.writing() as session:
            done.append(reminders.remind(session, one, at=at))
    assert done == [True, False]


def test_steps_that_are_none_are_refused_when_the_process_starts() -> None:
    given = {"HOTLINE_SECRET_KEY": "s" * 40, "HOTLINE_UPDATE_REMINDERS": "two weeks before"}
    with pytest.raises(SettingsError, match="HOTLINE_UPDATE_REMINDERS"):
        read_settings(given)
    assert reminders.steps(read_settings(given | {"HOTLINE_UPDATE_REMINDERS": "7, -30,0"})) == (-30, 0, 7)
    assert reminders.lead(read_settings({"HOTLINE_SECRET_KEY": "s" * 40})) == 14
