"""What is due soon or over its day is told once for each deadline."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from dispatch import due_alerts
from dispatch.due_alerts import warns_from
from dispatch.states import State
from hotline.calendar.days import working_days
from hotline.settings import Settings
from hotline.telling.notices import Topic
from hotline.times import CHINA
from tests.dispatch import town
from tests.dispatch.test_alerts import told
from tests.dispatch.town import Staff


@pytest.fixture
def staff(session: Session) -> Staff:
    return town.staff(session, town.unit(session, "101", "玉溪市公安局"))


@pytest.mark.parametrize(("due", "warned"), [("2026-11-24 18:00", "2026-11-23 18:00"), ("2026-11-23 18:00", "2026-11-20 18:00"),
                                             ("2026-10-08 18:00", "2026-09-30 18:00"), ("2026-10-12 11:00", "2026-10-10 11:00")])  # fmt: skip
def test_a_deadline_is_near_one_working_day_before_it(session: Session, due: str, warned: str) -> None:
    calendar = working_days(session)
    moments = [datetime.fromisoformat(text).replace(tzinfo=CHINA) for text in (due, warned)]
    assert warns_from(moments[0], calendar, urgent=False) == moments[1]
    assert warns_from(moments[0], calendar, urgent=True) == moments[0] - timedelta(hours=1)


def sweep(session: Session, at: datetime) -> list[str]:
    owed = due_alerts.owed(session, at=at)
    for ticket, topic in owed:
        due_alerts.tell(session, ticket, topic, at=at)
    return [topic for _, topic in owed]


def test_each_deadline_is_told_once_before_it_and_once_after(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)
    due = row.due_at
    assert due is not None
    moments = [due - timedelta(days=1, minutes=1), due - timedelta(days=1), due - timedelta(hours=1), due, due + timedelta(hours=1)]
    assert [sweep(session, at) for at in moments] == [[], [Topic.DUE_SOON], [], [Topic.OVERDUE], []]
    assert told(session)[1:] == [("liaison", "due_soon"), ("liaison", "overdue"), ("leader", "overdue")]
    row.due_at = due + timedelta(days=7)  # it was moved
    session.flush()
    assert sweep(session, row.due_at) == [Topic.OVERDUE]
    assert sweep(session, row.due_at + timedelta(days=8)) == []


def test_what_waits_for_others_is_not_overdue(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings), State.TO_CHECK, by=staff, settings=settings)
    assert row.due_at is not None
    assert sweep(session, row.due_at) == []
