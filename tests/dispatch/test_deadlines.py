"""When a ticket is due: with its department's stops and county, counted again when the calendar changes, with a trace."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks.trunk import Taken
from dispatch.clocks import recounting
from dispatch.figures.rates import Rate, counted
from dispatch.sweeps import following
from dispatch.sweeps.duty import Duty
from dispatch.tickets import facts, referrals
from dispatch.tickets.handings import Handing
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from dispatch.tickets.worklist import overdue
from hotline.accounts.roles import Role
from hotline.calendar import keeping
from hotline.calendar.days import CalendarDay
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.migrating import migrate, roll_back
from hotline.settings import Settings
from hotline.times import local
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

XINPING = "530427"


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    office.county_code = XINPING
    return town.staff(session, office)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)


def due(row: Ticket) -> tuple[str, str]:
    """The department's deadline and the promise to the caller."""
    assert row.due_at is not None
    return f"{local(row.due_at):%m-%d %H:%M}", f"{local(row.promised_by):%m-%d %H:%M}"


def holiday(session: Session, day: date, *, county: str = "") -> None:
    keeping.keep(session, day, day, works=False, reason="县庆", county_code=county, by="city_office", at=NOON)
    session.flush()


def recounted(session: Session, settings: Settings) -> int:
    """Count again what the calendar moved; how many tickets that was."""
    owed = recounting.moved(session, settings=settings)
    for ticket_id in owed:
        recounting.recount(session, session.get_one(Ticket, ticket_id), settings=settings, at=later(hours=1))
    session.flush()
    return len(owed)


def traces(session: Session, row: Ticket) -> list[str]:
    session.refresh(row)
    return [step.why for step in row.steps if step.action == "recount"]


def test_the_departments_clock_stands_while_the_hotline_checks_and_the_callers_does_not(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    assert due(row) == ("11-26 18:00", "11-26 18:00")
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(days=1))  # Tuesday noon
    referrals.send_back(session, row, why="未答所问", by=staff.supervisor, settings=settings, at=later(days=2, hours=4))
    assert due(row) == ("11-30 10:00", "11-26 18:00"), "3.5 + 3.5 + 1.5 hours of working time, over a weekend"
    assert "2026-11-24 12:00 至 2026-11-25 16:00 待热线审核，停表8小时30分钟（只计办公时间，午休不计）" in row.why_due
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(days=2, hours=4, minutes=30))
    referrals.send_back(session, row, why="还未答所问", by=staff.supervisor, settings=settings, at=later(days=2, hours=5))
    assert due(row)[0] == "11-30 10:30", "each stop counts"


def test_a_holiday_of_the_county_moves_its_departments_deadline_and_not_the_promise(session: Session, settings: Settings, row: Ticket) -> None:
    before = row.accept_by
    holiday(session, date(2026, 11, 24), county=XINPING)
    assert recounted(session, settings) == 1
    assert due(row) == ("11-27 18:00", "11-26 18:00")
    assert "2026-11-24 县庆，不计入" in row.why_due
    assert traces(session, row) == ["工作日历变更：承办期限由2026-11-26 18:00改为2026-11-27 18:00"]
    assert (before and local(before).day, row.accept_by and local(row.accept_by).day) == (24, 25)
    assert recounted(session, settings) == 0, "once"


def test_a_day_of_another_county_moves_nothing(session: Session, settings: Settings, row: Ticket) -> None:
    holiday(session, date(2026, 11, 24), county="530402")
    assert recounted(session, settings) == 0


def test_a_day_that_is_taken_back_moves_both_deadlines_back(session: Session, settings: Settings, row: Ticket) -> None:
    holiday(session, date(2026, 11, 24))
    recounted(session, settings)
    assert due(row) == ("11-27 18:00", "11-27 18:00")
    keeping.forget(session, session.get_one(CalendarDay, (date(2026, 11, 24), "")), by="city_office", at=NOON)
    session.flush()
    assert recounted(session, settings) == 1
    assert due(row) == ("11-26 18:00", "11-26 18:00")
    assert len(traces(session, row)) == 2


def test_the_time_to_accept_follows_the_calendar_though_the_answers_does_not(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings, code="", klass=Klass.HELP), State.TO_ACCEPT, by=staff, settings=settings)
    holiday(session, date(2026, 11, 24))
    keeping.keep(session, date(2026, 11, 28), date(2026, 11, 28), works=True, reason="补班", county_code="", by="city_office", at=NOON)
    before = due(row)
    assert recounted(session, settings) == 1
    assert due(row) == before
    assert [f"{local(at or NOON):%m-%d %H:%M}" for at in (row.accept_by, row.return_by)] == ["11-25 18:00", "11-26 18:00"]
    assert traces(session, row) == ["工作日历变更：签收期限由2026-11-24 18:00改为2026-11-25 18:00；退单期限由2026-11-25 18:00改为2026-11-26 18:00"]
    referrals.opened(session, row, by=staff.liaison, at=later(days=2))
    referrals.accept(session, row, by=staff.liaison, at=later(days=2))
    session.flush()
    accepted = counted(Rate.ACCEPTED, at=later(days=3))
    assert session.scalars(select(Handing.ticket_id).where(accepted.whole, accepted.part)).all() == [row.id], "in time"
    keeping.keep(session, date(2026, 11, 24), date(2026, 11, 24), works=True, reason="x", county_code="", by="city_office", at=later(days=3))
    session.flush()
    recounted(session, settings)
    assert session.scalars(select(Handing.ticket_id).where(accepted.whole, accepted.part)).all() == [row.id], "what was accepted stays so"


def test_other_words_for_a_day_change_the_reasons_and_leave_no_trace(session: Session, settings: Settings, row: Ticket) -> None:
    keeping.keep(session, date(2026, 11, 24), date(2026, 11, 24), works=True, reason="照常上班", by="city_office", at=NOON)
    session.flush()
    assert recounted(session, settings) == 1
    assert "2026-11-24 照常上班，第1个工作日" in row.why_due
    assert traces(session, row) == []


def test_the_plan_of_the_next_year_makes_a_provisional_deadline_certain(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.ticket(session, settings, at=later(days=37))  # 30 December
    assert not row.provisional, "it is dispatched the same day"
    town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings, at=later(days=37))
    assert row.provisional
    for day in (1, 2, 3):
        keeping.keep(session, date(2027, 1, day), date(2027, 1, day), works=False, reason="元旦", by="city_office", at=NOON)
    keeping.keep(session, date(2027, 1, 4), date(2027, 1, 8), works=True, reason="工作日", by="city_office", at=NOON)
    session.flush()
    assert recounted(session, settings) == 1
    assert not row.provisional
    assert "放假安排已公布" in traces(session, row)[0]


def test_a_ticket_keeps_the_days_that_it_was_opened_under(session: Session, settings: Settings, row: Ticket) -> None:
    longer = settings.model_copy(update={"consult_days": 9})
    assert recounting.moved(session, settings=longer) == []


def test_how_long_the_caller_is_waited_for_follows_the_tickets_rules_and_the_calendar(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    longer = settings.model_copy(update={"facts_days": 9})
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
    facts.ask(session, row, why="是哪个小区", by=staff.liaison, settings=longer, at=later(hours=1))
    session.flush()
    assert row.facts_by is not None
    assert f"{local(row.facts_by):%m-%d %H:%M}" == "11-26 18:00", "as when it was opened: three days"
    assert recounted(session, longer) == 0
    holiday(session, date(2026, 11, 25), county=XINPING)
    assert recounted(session, longer) == 1
    assert f"{local(row.facts_by):%m-%d %H:%M}" == "11-27 18:00"
    assert traces(session, row)[0].endswith("；待补充期限由2026-11-26 18:00改为2026-11-27 18:00")
    facts.give(session, row, words="北门小区", by=town.somebody(session, Role.OPERATOR), settings=longer, at=later(hours=2))
    session.flush()
    assert (recounted(session, longer), row.facts_by) == (0, None)


@pytest.mark.parametrize("change", ["keep", "forget", "settle"])
def test_every_change_of_the_calendar_is_noticed(session: Session, change: str) -> None:
    holiday(session, date(2027, 1, 1))
    before = recounting.calendar_now(session)
    assert recounting.calendar_now(session) == before
    if change == "keep":
        keeping.keep(session, date(2027, 1, 1), date(2027, 1, 1), works=True, reason="上班", by="x", at=later(hours=1))
    elif change == "forget":
        keeping.forget(session, session.get_one(CalendarDay, (date(2027, 1, 1), "")), by="x", at=NOON)
    else:
        keeping.keep(session, date(2027, 2, 1), date(2027, 2, 11), works=False, reason="春节", by="x", at=NOON)
        session.flush()
        before = recounting.calendar_now(session)
        keeping.settle(session, 2027, by="x", at=NOON)
    session.flush()
    assert recounting.calendar_now(session) != before


def test_the_sweep_counts_again_when_the_calendar_has_changed_and_only_then(database: Database, settings: Settings) -> None:
    duty = Duty(settings, database, Bus(f"unix://{settings.folder}/nobody.sock"), lambda attempt, number: None, frozenset, Taken)
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局", county=XINPING)
        ticket = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=town.staff(session, office), settings=settings)
    following.recount(duty)
    with database.writing() as session:
        holiday(session, date(2026, 11, 24))
        session.get_one(Ticket, ticket.id).why_promised = ["not looked at before the calendar changes"]
    for _ in range(2):
        following.recount(duty)
    with database.reading() as session:
        row = session.get_one(Ticket, ticket.id)
        assert (due(row), [s.action for s in row.steps].count("recount")) == (("11-27 18:00", "11-27 18:00"), 1)


def test_what_waits_for_the_hotline_is_late_for_its_caller_alone(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    after = later(days=4)

    def late() -> bool:
        session.flush()
        return session.scalar(select(overdue(after)).where(Ticket.id == row.id)) is True

    assert late()
    row.promised_by = later(days=9)
    assert late()
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(days=1))
    assert not late()
    row.promised_by = later(days=1)
    assert late()


def test_tickets_from_before_are_counted_as_they_were(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局")
        people = town.staff(session, office)
        fresh = town.ticket(session, settings, klass=Klass.HELP, code="")
        fresh.why_due = fresh.why_promised  # where the reasons of the promise stood then
        handed = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=people, settings=settings, at=later(days=1))
    roll_back(database, "0027")
    migrate(database)
    with database.reading() as session:
        rows = [session.get_one(Ticket, ticket.id) for ticket in (fresh, handed)]
        assert [(r.promised_days, r.due_days, r.due_from) for r in rows] == [(5, 5, None), (3, 3, later(days=1))]
        assert [due(rows[1])] == [("11-27 18:00", "11-26 18:00")]
    with database.writing() as session:
        assert recounted(session, settings) == 2, "the reasons of the promise are written"
        assert [traces(session, session.get_one(Ticket, ticket.id)) for ticket in (fresh, handed)] == [[], []]
