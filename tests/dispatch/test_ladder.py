"""The ladder: liaison, leader in charge, competent office, the inspector's list; in working hours, each rung once."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks.trunk import Taken
from dispatch.clocks import ladder, recounting
from dispatch.sweeps import following
from dispatch.sweeps.duty import Duty
from dispatch.tickets import extensions, facts, referrals, supervision
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket, Urgency
from hotline.accounts.roles import Role
from hotline.calendar.days import CalendarDay
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

RUNGS = ("remind", "overdue", "chase", "supervise")


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    office.duty_phone = "0877-2010001"
    return town.staff(session, office)


def handed(session: Session, settings: Settings, staff: Staff, *, at: datetime = NOON, **of: object) -> Ticket:
    row = town.ticket(session, settings, at=at, code="", **of)  # type: ignore[arg-type]
    return town.bring(session, row, State.IN_HAND, by=staff, settings=settings, at=at)


def climbed(session: Session, row: Ticket, settings: Settings, *, until: datetime) -> list[tuple[str, str]]:
    """Go hour by hour; each rung with the moment at which it was climbed."""
    told, at = [], later()
    while at <= until:
        for ticket_id in ladder.owed(session, at=at):
            told += [(f"{local(at):%m-%d %H:%M}", str(rung)) for rung in ladder.climb(session, ticket_id, settings=settings, at=at)]
        session.flush()
        at += later(minutes=30) - later()
    return told


def history(session: Session, row: Ticket) -> list[tuple[str, list[str]]]:
    session.refresh(row)
    return [(s.action, s.detail["told"]) for s in row.steps if s.action in RUNGS]


def test_each_rung_is_climbed_once_within_office_hours_and_stands_in_the_history(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)  # due on Thursday, 26 November, 18:00
    town.somebody(session, Role.INSPECTOR)
    assert climbed(session, row, settings, until=later(days=12)) == [
        ("11-25 08:30", "remind"), ("11-27 08:30", "overdue"), ("11-30 08:30", "chase"), ("12-04 08:30", "supervise")]  # fmt: skip
    assert history(session, row) == [("remind", ["某人"]), ("overdue", ["某人", "某人"]), ("chase", ["某人"]), ("supervise", ["某人"])]
    told = [(n.topic, n.account_id) for n in session.scalars(select(Notice).where(Notice.thing == row.number).order_by(Notice.id))]
    by_topic = {topic: [account for t, account in told if t == topic] for topic in ("due_soon", "overdue", "chased")}
    assert staff.competent is not None
    assert by_topic == {"due_soon": [staff.liaison.id], "overdue": [staff.liaison.id, staff.leader.id], "chased": [staff.competent.id]}
    standing = supervision.standing(session, row.id)
    assert standing is not None
    assert (standing.by, standing.department_id) == ("hotline", staff.office.id)


def test_what_is_urgent_goes_up_by_night_too_and_names_the_telephones_that_answer_then(session: Session, settings: Settings, staff: Staff) -> None:
    named = settings.model_copy(update={"city_duty_phone": "0877-2020202"})
    row = handed(session, named, staff, urgency=Urgency.CRITICAL)  # due at 20:00
    assert climbed(session, row, named, until=later(hours=24)) == [
        ("11-23 19:00", "remind"), ("11-23 20:00", "overdue"), ("11-23 22:00", "chase"), ("11-24 04:00", "supervise")]  # fmt: skip
    theirs, city = f"{staff.office.short_name}值班电话08772010001", "市政府总值班室08772020202"
    told = [names for _, names in history(session, row)]
    assert (told[0][-2:], told[2][-2:]) == (["某人", theirs], [theirs, city])


def test_after_a_standstill_all_that_is_owed_is_told_once(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)
    late = later(days=60)
    assert ladder.owed(session, at=late) == [row.id]
    assert [str(rung) for rung in ladder.climb(session, row.id, settings=settings, at=late)] == list(RUNGS)
    assert ladder.climb(session, row.id, settings=settings, at=late) == []
    assert (ladder.owed(session, at=late), row.rung_at) == ([], None)


def test_nobody_is_told_while_the_department_waits_for_the_hotline(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(days=1))
    assert climbed(session, row, settings, until=later(days=12)) == []
    assert ladder.climb(session, row.id, settings=settings, at=later(days=12)) == []
    referrals.send_back(session, row, why="未答所问", by=staff.supervisor, settings=settings, at=later(days=12))
    assert local(row.rung_at or later()).date() > local(later(days=12)).date()


def test_more_days_and_a_new_department_begin_the_ladder_anew(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)
    assert staff.competent is not None
    ladder.climb(session, row.id, settings=settings, at=later(days=2))
    extensions.ask(session, row, days=5, why="须现场勘察", by=staff.liaison, settings=settings, at=later(days=2))
    extensions.grant(session, row, by=staff.competent, settings=settings, at=later(days=2))
    assert (row.rung, f"{local(row.rung_at or later()):%m-%d %H:%M}") == (0, "12-02 08:30")
    another = handed(session, settings, staff)
    ladder.climb(session, another.id, settings=settings, at=later(days=2))
    referrals.give_back(session, another, why="不属于我局", by=staff.liaison, settings=settings, at=later(days=2))
    assert (another.rung, another.rung_at) == (0, another.dispatch_by)


def test_a_deadline_that_the_calendar_moves_has_a_ladder_of_its_own(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)  # due on Thursday, 26 November, 18:00
    assert climbed(session, row, settings, until=later(days=2)) == [("11-25 08:30", "remind")]
    session.add_all(CalendarDay(day=date(2026, 11, day), county_code="", works=False, reason="临时放假", by="x", at=NOON) for day in (24, 25))
    session.flush()
    recounting.recount(session, row, settings=settings, at=later(days=2))
    assert (f"{local(row.due_at or NOON):%m-%d}", row.rung) == ("11-30", 0)
    assert climbed(session, row, settings, until=later(days=8)) == [("11-27 08:30", "remind"), ("12-01 08:30", "overdue")]


def test_a_deadline_that_waiting_for_the_caller_moves_has_a_ladder_of_its_own(session: Session, settings: Settings, staff: Staff) -> None:
    row = handed(session, settings, staff)
    assert climbed(session, row, settings, until=later(hours=46)) == [("11-25 08:30", "remind")]
    facts.ask(session, row, why="哪个小区", by=staff.liaison, settings=settings, at=later(hours=46))
    facts.give(session, row, words="北门小区", by=staff.supervisor, settings=settings, at=later(hours=70))
    assert f"{local(row.due_at or NOON):%m-%d %H:%M}" == "11-27 18:00"
    assert climbed(session, row, settings, until=later(days=8)) == [("11-26 08:30", "remind"), ("11-30 08:30", "overdue"), ("12-01 08:30", "chase")]


def test_two_beats_at_once_and_a_crash_between_tell_nothing_twice(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        people = town.staff(session, town.unit(session, "101", "玉溪市公安局"))
        row = handed(session, settings, people, at=later(days=-30))
    duty = Duty(settings, database, Bus(f"unix://{settings.folder}/nobody.sock"), lambda attempt, number: None, frozenset, Taken)
    with database.writing() as session:
        assert ladder.climb(session, row.id, settings=settings, at=later(days=-26)) == ["remind"]
        session.rollback()  # the worker dies before its commit
    town.at_once(lambda: following.climb(duty), threads=4)
    with database.reading() as session:
        assert [action for action, _ in history(session, session.get_one(Ticket, row.id))] == list(RUNGS)
        assert len(session.scalars(supervision.listed()).all()) == 1
