"""Closed tickets are put away when their time has come."""

from sqlalchemy.orm import Session

from dispatch.tickets import referrals
from dispatch.tickets.filing import AT_ONCE, file_closed
from dispatch.tickets.states import State
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later


def test_what_was_closed_so_many_days_ago_is_filed_a_few_at_a_time_and_nothing_else(session: Session, settings: Settings, office: Department) -> None:
    staff = town.staff(session, office)
    rows = [town.ticket(session, settings, code="") for _ in range(AT_ONCE + 2)]
    for row in rows[:-1]:
        town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings)
        referrals.told(session, row, grade=1, settings=settings, at=NOON)
    after = later(days=settings.file_days)
    assert file_closed(session, settings=settings, at=after) == 0
    assert [file_closed(session, settings=settings, at=after.replace(second=1)) for _ in range(3)] == [AT_ONCE, 1, 0]
    assert {row.state for row in rows[:-1]} == {State.FILED}
    assert rows[-1].state == State.TO_DISPATCH
    session.refresh(rows[0])
    assert (rows[0].steps[-1].action, rows[0].steps[-1].by) == ("file", "hotline")
