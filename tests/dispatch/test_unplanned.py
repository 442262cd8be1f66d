"""A year without a plan is told to its office: in good time, at once when a deadline falls into it, and once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks.trunk import Taken
from dispatch.clocks import recounting, unplanned
from dispatch.clocks.unplanned import lacking
from dispatch.sweeps import following
from dispatch.sweeps.duty import Duty
from dispatch.tickets import caller_sms, progress
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.calendar.days import CalendarDay, SettledYear, WorkingDays
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.notices import Notice
from hotline.telling.outbox import Delivery
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

AHEAD = timedelta(days=92)
LATE = datetime(2026, 12, 29, 2, tzinfo=UTC)


def test_it_is_told_from_the_first_of_october_and_of_whatever_year_a_deadline_falls_into() -> None:
    plan = WorkingDays()  # knows 2026
    assert lacking(plan, (), on=date(2026, 9, 30), ahead=AHEAD) == []
    assert lacking(plan, (), on=date(2026, 10, 1), ahead=AHEAD) == [2027]
    assert lacking(plan, [date(2027, 1, 4)], on=date(2026, 9, 1), ahead=AHEAD) == [2027]
    assert lacking(WorkingDays(settled=frozenset({2027})), [date(2027, 1, 4)], on=date(2026, 12, 1), ahead=AHEAD) == []
    one_day = WorkingDays({date(2027, 1, 1): (False, "元旦")})
    assert lacking(one_day, (), on=date(2026, 12, 1), ahead=AHEAD) == [2027], "one day of it is no plan"


def test_the_office_is_told_once_for_each_year(session: Session, settings: Settings, office: Department) -> None:
    staff = town.staff(session, office)
    early = settings.model_copy(update={"calendar_ahead_days": 0})
    assert unplanned.tell(session, settings=early, at=NOON) == []
    row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)
    row.due_at, row.provisional = later(days=60), True
    session.flush()
    assert local_day(row.due_at).year == 2027
    assert [unplanned.tell(session, settings=early, at=NOON) for _ in range(2)] == [[2027], []]
    assert staff.competent is not None
    assert [(n.account_id, n.kind, n.thing) for n in session.scalars(select(Notice).where(Notice.topic == "calendar"))] == [
        (staff.competent.id, "calendar", "2027")]  # fmt: skip
    session.add(SettledYear(year=2027, by="city_office", at=NOON))
    session.flush()
    assert unplanned.years(session, settings=settings, at=NOON) == []


def test_the_worker_looks_for_it(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        town.staff(session, town.unit(session, "101", "玉溪市公安局"))
    duty = Duty(settings.model_copy(update={"calendar_ahead_days": 3650}), database, Bus(f"unix://{settings.folder}/nobody.sock"),
                lambda attempt, number: None, frozenset, Taken)  # fmt: skip
    following.recount(duty)
    with database.reading() as session:
        assert session.scalars(select(Notice.topic)).all() == ["calendar"]


@pytest.fixture
def into_next_year(session: Session, settings: Settings, office: Department) -> Ticket:
    """A matter that is dispatched this year, and whose promise runs into the next, which has no plan."""
    return town.ticket(session, settings, klass=Klass.HELP, of=town.call(session, at=LATE), at=LATE)


def test_a_promise_into_a_year_without_a_plan_is_provisional_whatever_other_clock_runs(session: Session, settings: Settings, into_next_year: Ticket) -> None:
    row = into_next_year
    assert (row.provisional, row.promise_provisional, local_day(row.promised_by)) == (False, True, date(2027, 1, 5))
    assert unplanned.guessed(session) == {date(2027, 1, 5)}
    standing = progress.look_up(session, town.CODE, caller=town.CALLER, four="", settings=settings)
    assert standing is not None
    assert standing.provisional
    assert caller_sms.standing(session, standing, to=town.CALLER, call_id="c", at=LATE)
    (owed,) = session.scalars(select(Delivery).where(Delivery.topic == sms.STANDING))
    assert owed.values["state"].endswith("01月05日前答复（暂定）")


def test_when_the_plan_is_there_the_day_is_certain_and_a_later_one_is_told(session: Session, settings: Settings, into_next_year: Ticket) -> None:
    row = into_next_year
    session.add(SettledYear(year=2027, by="city_office", at=LATE))
    session.add_all(CalendarDay(day=date(2027, 1, day), county_code="", works=False, reason="元旦", by="x", at=LATE) for day in (4, 5))
    session.flush()
    assert recounting.moved(session, settings=settings) == [row.id]
    recounting.recount(session, row, settings=settings, at=LATE)
    assert (row.promise_provisional, local_day(row.promised_by)) == (False, date(2027, 1, 7))
    assert "不再是暂定" in row.steps[-1].why
    (told,) = session.scalars(select(Delivery).where(Delivery.topic == sms.EXTENDED))
    assert "放假安排已经公布，预计1月7日前答复" in str(told.values)
    assert recounting.moved(session, settings=settings) == []
