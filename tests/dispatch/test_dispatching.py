"""派发期限: what comes to the hotline is dispatched the same working day; who is to do it hears of it, and who didn't."""

import importlib

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import ladder, recounting
from dispatch.tickets import asides, intake, merging, referrals, urging, web_questions, worklist
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket, Urgency
from dispatch.tickets.worklist import Wanted
from hotline.accounts.accounts import Account
from hotline.calendar import keeping
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local, local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

MIGRATION = importlib.import_module("hotline.migrations.versions.0067_who_dispatches_has_a_clock")


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


def told(session: Session, topic: str) -> list[str]:
    query = select(Account.login).join(Notice, Notice.account_id == Account.id).where(Notice.topic == topic)
    return list(session.scalars(query.order_by(Notice.id)))


def clock(row: Ticket) -> tuple[str, str]:
    assert row.dispatch_by is not None
    assert row.rung_at is not None
    return f"{local(row.dispatch_by):%m-%d %H:%M}", f"{local(row.rung_at):%m-%d %H:%M}"


def beat(session: Session, settings: Settings, **of: float) -> None:
    for one in ladder.owed(session, at=later(**of)):
        ladder.climb(session, one, settings=settings, at=later(**of))
    session.flush()


def late(session: Session, staff: Staff, **of: float) -> list[Ticket]:
    return list(session.scalars(worklist.listed(staff.supervisor, Wanted(overdue=True), at=later(**of))))


def test_what_comes_in_is_dispatched_the_same_working_day_and_who_dispatches_hears_of_it(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings)
    assert (clock(row), row.why_due) == (("11-23 18:00", "11-23 18:00"), ["2026-11-23 工作日，当日18:00 下班时到期（办公时间08:30–12:00、14:30–18:00）"])
    notice = session.scalars(select(Notice)).one()
    assert (notice.topic, notice.account_id, notice.thing, notice.due_at) == ("to_dispatch", staff.supervisor.id, row.number, row.dispatch_by)
    night = town.ticket(session, settings, code="", at=later(hours=8))
    assert clock(night)[0] == "11-24 18:00"
    town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings)
    assert row.dispatch_by is None
    assert "起算日" in row.why_due[0], "the department's own"


def test_a_question_of_the_web_is_told_too(session: Session, settings: Settings, staff: Staff) -> None:
    web_questions.lodge(session, Matter(Klass.CONSULT, "居住证", "如何办理居住证？"), code=town.CODE, settings=settings, at=NOON)
    assert told(session, "to_dispatch") == ["supervisor"]


def test_what_is_not_dispatched_in_time_is_overdue_and_told_to_both_offices_once(session: Session, settings: Settings, staff: Staff) -> None:
    row, done = town.ticket(session, settings), town.ticket(session, settings, code="")
    town.bring(session, done, State.TO_ACCEPT, by=staff, settings=settings)
    beat(session, settings, hours=5)
    assert (told(session, "dispatch_late"), late(session, staff, hours=5)) == ([], [])
    beat(session, settings, hours=6)
    beat(session, settings, hours=7)
    assert (told(session, "dispatch_late"), late(session, staff, hours=7)) == (["supervisor", "city_office"], [row])
    assert [step.action for step in row.steps if step.detail.get("told")] == ["dispatch_late"]


def test_each_time_that_it_comes_back_it_has_its_day_anew(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings), State.TO_ACCEPT, by=staff, settings=settings)
    referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(days=1))
    assert clock(row) == ("11-24 18:00", "11-24 18:00")
    other = town.ticket(session, settings, code="")
    merging.merge(session, row, into=other, why="同一事项", by=staff.supervisor, settings=settings, at=later(days=1))
    assert (row.dispatch_by, row.rung_at, row.why_due) == (None, None, [])
    merging.take_out(session, row, why="另一件事", by=staff.supervisor, at=later(days=2))
    beat(session, settings, days=2)
    assert clock(row) == ("11-25 18:00", "11-25 18:00")
    beat(session, settings, days=2, hours=6)
    assert [step.action for step in row.steps].count("dispatch_late") == 1
    merging.merge(session, row, into=other, why="同一事项", by=staff.supervisor, settings=settings, at=later(days=3))
    asides.withdraw(session, other, why="不需要了", by=staff.supervisor, at=later(days=3))
    beat(session, settings, days=3)
    assert clock(row) == ("11-26 18:00", "11-26 18:00")
    assert told(session, "to_dispatch") == ["supervisor"] * 3, "two came in; that one is its own again nobody of them did"


def test_what_is_urgent_has_hours_from_when_it_came_in(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings)
    urgent = Matter(Klass.CONSULT, row.title, row.summary, urgency=Urgency.CRITICAL)
    intake.describe(session, row, urgent, by=staff.supervisor, settings=settings, at=later(minutes=30))
    assert clock(row) == ("11-23 13:00", "11-23 13:00")


def test_the_days_are_a_rule_and_a_ticket_keeps_its_own(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings.model_copy(update={"dispatch_days": 1}))
    assert clock(row)[0] == "11-24 18:00"
    assert recounting.moved(session, settings=settings) == []


def test_a_day_off_moves_it_with_a_trace(session: Session, settings: Settings, staff: Staff) -> None:
    row, day = town.ticket(session, settings), local_day(NOON)
    keeping.keep(session, day, day, works=False, reason="停电", county_code="", by="city_office", at=NOON)
    assert recounting.moved(session, settings=settings) == [row.id]
    recounting.recount(session, row, settings=settings, at=later(hours=1))
    assert (clock(row), recounting.moved(session, settings=settings)) == (("11-24 18:00", "11-24 18:00"), [])
    session.refresh(row)
    assert "派发期限由2026-11-23 18:00改为2026-11-24 18:00" in row.steps[-1].why


def test_what_waited_before_there_was_a_clock_is_counted_from_when_it_came_back(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings), State.TO_ACCEPT, by=staff, settings=settings)
    referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(days=1))
    urging.urge(session, row, by=staff.supervisor, at=later(days=1, hours=1))  # which leaves it where it stands
    new, gone = town.ticket(session, settings, code="", at=later(days=1)), town.ticket(session, settings, code="")
    town.bring(session, gone, State.TO_ACCEPT, by=staff, settings=settings)
    for one in (row, new):
        one.dispatch_since = one.dispatch_by = one.rung_at = None
    session.flush()
    session.connection().exec_driver_sql(MIGRATION.WAITS)
    session.expire_all()
    assert [(one.dispatch_since, one.rung_at) for one in (row, new)] == [(later(days=1), later(days=1))] * 2
    assert gone.dispatch_since is None
    beat(session, settings, days=1, hours=2)
    assert (clock(row), told(session, "dispatch_late")) == (("11-24 18:00", "11-24 18:00"), [])
