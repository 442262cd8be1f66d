"""Who is reminded of an update, when, and that it is once."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as time_limit
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.calendar.days import CalendarDay, WorkingDays
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings, SettingsError, read_settings
from hotline.telling.notices import Notice
from knowledge_base import reminders
from knowledge_base.reminders import Owed
from knowledge_base.turns import Plan, Turn, day_of, plan, step_of, turn
from knowledge_base.updates import Reminder
from tests.conftest import NOON, person

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
    step = lambda day: step_of(due, on=date.fromisoformat(day), steps=STEPS, calendar=PLAIN)  # noqa: E731
    assert step("2026-11-10") is None
    assert [step(f"2026-11-{d}") for d in (11, 19, 20, 24, 25)] == [-14, -14, -3, -3, 0]
    assert [step(day) for day in ("2026-12-02", "2026-12-16", "2027-03-01")] == [7, 21, 21]
    saturday = date(2026, 11, 21)
    assert turn([due], on=saturday, plan=Plan(STEPS, 14), told_on=None, calendar=PLAIN) is None


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
    assert said == [("11-11", -14), ("11-20", -3), ("11-25", 0), ("12-02", 7), ("12-16", 21), ("12-30", 35)]
    session.flush()
    kept = session.scalars(select(Reminder).order_by(Reminder.id)).all()
    assert [(r.step, r.due_on) for r in kept] == [(str(step), date(2026, 11, 25)) for step in (*STEPS, 35)]
    noted = session.scalars(select(AuditRow).where(AuditRow.deed == "update.reminded")).all()
    assert [row.details["step"] for row in noted] == [*STEPS, 35]


def test_who_confirms_is_not_reminded_any_more_until_the_next_day_is_near(
    session: Session, due_soon: Department, settings: Settings
) -> None:
    at = noon(date(2026, 11, 11))
    assert told(session, settings, "2026-11-11")
    assert reminders.standing(session, due_soon, settings=settings, at=at) is not None
    due_soon.confirmed_on = date(2026, 11, 12)
    session.flush()
    assert reminders.standing(session, due_soon, settings=settings, at=at) is None
    assert told(session, settings, "2026-11-25") == []
    assert [one.due_on for one in told(session, settings, "2027-01-29")] == [date(2027, 2, 12)]


def test_of_two_reminders_on_one_day_that_of_what_is_due_first_is_told_and_stands_for_both(
    session: Session, due_soon: Department, settings: Settings
) -> None:
    entry_of(session, due_soon, "居住证", published=date(2026, 8, 20))
    assert [one.due_on for one in told(session, settings, "2026-11-20")] == [date(2026, 11, 20)]
    entry_of(session, due_soon, "暂住证", published=date(2026, 8, 23))
    assert [told(session, settings, f"2026-11-{day}") for day in (20, 21, 22)] == [[], [], []]
    due_soon.confirmed_on = date(2026, 11, 20)
    session.flush()
    notice = reminders.standing(session, due_soon, settings=settings, at=noon(date(2026, 11, 23)))
    assert notice is not None
    assert (notice.due_on, notice.over) == (date(2026, 11, 20), True)


def test_what_stays_unconfirmed_silences_the_reminders_of_nothing_else(
    session: Session, office: Department, settings: Settings
) -> None:
    office.confirmed_on = date(2026, 10, 5)
    entry_of(session, office, "居住证", published=date(2026, 12, 10))
    session.flush()
    days = [date(2026, 12, 1) + timedelta(days=n) for n in range(125)]
    said = [(f"{day:%m-%d}", f"{one.due_on:%m-%d}", one.step) for day in days for one in told(session, settings, str(day))]
    assert [(day, step) for day, due, step in said if due == "01-05"] == [
        ("12-22", -14), ("01-01", -3), ("01-05", 0), ("01-12", 7), ("01-26", 21), ("02-09", 35), ("02-23", 49)]
    assert [(day, step) for day, due, step in said if due == "03-10"] == [
        ("02-24", -14), ("03-05", -3), ("03-10", 0), ("03-17", 7), ("03-31", 21)]


@time_limit(deadline=None, max_examples=30)
@given(dues=st.lists(st.dates(date(2026, 1, 1), date(2026, 6, 1)), min_size=1, max_size=6), repeat=st.integers(1, 30))
def test_who_confirms_nothing_is_never_left_alone_for_longer_than_the_days_of_repeating(
    dues: list[date], repeat: int
) -> None:
    wanted, told_on, said = Plan(STEPS, repeat), None, []
    for day in (date(2025, 12, 1) + timedelta(days=n) for n in range(360)):
        if one := turn(dues, on=day, plan=wanted, told_on=told_on, calendar=PLAIN):
            told_on = day
            said.append((day, one))
    assert len({one for _, one in said}) == len(said), "each is said once"
    over = [day for day, _ in said if day > min(dues) + timedelta(days=STEPS[-1])]
    longest = timedelta(days=repeat + 10)  # a long holiday may lie between
    assert all(after - before <= longest for before, after in pairwise(over))
    assert over
    assert date(2026, 11, 25) - over[-1] <= longest


def test_with_repeating_off_the_last_step_is_the_last() -> None:
    due = date(2026, 1, 5)
    wanted = Plan(STEPS, 0)
    assert turn([due], on=date(2026, 9, 1), plan=wanted, told_on=date(2026, 1, 26), calendar=PLAIN) is None
    assert turn([due], on=date(2026, 9, 1), plan=wanted, told_on=None, calendar=PLAIN) == Turn(due, 21)


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
    assert plan(read_settings(given | {"HOTLINE_UPDATE_REMINDERS": "7, -30,0"})) == Plan((-30, 0, 7), 14)
    assert plan(read_settings({"HOTLINE_SECRET_KEY": "s" * 40})).lead == 14


def test_who_keeps_the_departments_things_is_told_in_his_inbox_too(session: Session, office: Department) -> None:
    for role in (Role.LIAISON, Role.LEADER, Role.SECRECY_REVIEWER):
        person(session, role, of=office)
    person(session, Role.LIAISON, login="elsewhere")
    for _ in range(2):
        reminders.remind(session, Owed(office.id, office.name, date(2026, 11, 25), -3), at=NOON)
    told = session.execute(select(Account.login, Notice.topic).join(Account, Account.id == Notice.account_id)).all()
    assert sorted(map(tuple, told)) == [("leader", "update"), ("liaison", "update")]
