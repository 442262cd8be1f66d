"""A liaison's list: his turn first, of that 特急 and 紧急 first, then by what is due."""

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import referrals, worklist
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket, Urgency
from dispatch.tickets.worklist import Wanted
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import later


def test_whose_turn_it_is_comes_first_and_then_how_urgent_it_is(session: Session, settings: Settings, office: Department) -> None:
    staff = town.staff(session, office)

    def handed(urgency: Urgency, *, days: float, to: State = State.IN_HAND) -> Ticket:
        row = town.ticket(session, settings, code="", urgency=urgency, at=later(days=days))
        return town.bring(session, row, to, by=staff, settings=settings, at=later(days=days))

    overdue, calm = handed(Urgency.NORMAL, days=-9), handed(Urgency.NORMAL, days=0)
    urgent, critical = handed(Urgency.URGENT, days=-2), handed(Urgency.CRITICAL, days=0)
    drafted = handed(Urgency.CRITICAL, days=-1)  # waits for its leader's signature
    referrals.reply(session, drafted, text="请到窗口办理。", personal=False, by=staff.liaison, at=later())
    closed = handed(Urgency.CRITICAL, days=-20, to=State.TO_CALL_BACK)
    session.flush()
    listed = list(session.scalars(worklist.listed(staff.liaison, Wanted(), at=later(days=1))))
    assert listed == [critical, urgent, overdue, calm, drafted, closed]
    assert session.scalars(worklist.listed(staff.leader, Wanted(), at=later(days=1)).limit(1)).one() == drafted
    standing, _ = worklist.parts(staff.liaison, Wanted(), at=later(days=1))
    assert list(session.scalars(standing))[:3] == [critical, urgent, overdue], "as the page lists it"


@pytest.mark.parametrize(("wanted", "found"), [
    (Wanted(since=later(days=-5)), "new closed"), (Wanted(until=later(days=-5)), "old"),
    (Wanted(since=later(days=-30), until=later(days=1)), "new old closed"), (Wanted(since=later(days=1)), ""),
    (Wanted(source="12345"), "new closed"), (Wanted(source="12345", until=later(days=-1)), ""),
    (Wanted(urgency=Urgency.CRITICAL), "new"), (Wanted(urgency=Urgency.NORMAL), "old"),
])  # fmt: skip
def test_the_list_is_narrowed_by_when_whence_and_how_urgent(session: Session, settings: Settings, office: Department,
                                                            wanted: Wanted, found: str) -> None:
    supervisor = town.staff(session, office).supervisor
    old, new, closed = (town.ticket(session, settings, code="", urgency=urgency, at=later(days=days)) for urgency, days in (
        (Urgency.NORMAL, -20), (Urgency.CRITICAL, 0), (Urgency.CRITICAL, 0)))  # fmt: skip
    new.source = closed.source = "12345"
    town.put(session, closed, State.CLOSED)
    names = {old.id: "old", new.id: "new", closed.id: "closed"}
    parts = worklist.parts(supervisor, wanted, at=later())
    assert [names[row.id] for part in parts for row in session.scalars(part)] == found.split()
