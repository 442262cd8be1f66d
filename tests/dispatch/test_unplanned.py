"""A year without a plan is told to its office: in good time, at once when a deadline falls into it, and once."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks.trunk import Taken
from dispatch.clocks import unplanned
from dispatch.clocks.unplanned import lacking
from dispatch.sweeps import following
from dispatch.sweeps.duty import Duty
from dispatch.tickets.states import State
from hotline.calendar.days import SettledYear, WorkingDays
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.settings import Settings
from hotline.telling.notices import Notice
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

AHEAD = timedelta(days=92)


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
