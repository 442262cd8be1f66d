"""退单: the third department is the competent office's choice, and what it decided can't be given back."""

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import referrals
from dispatch.tickets.needs import doable
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def returned(session: Session, settings: Settings, staff: Staff) -> Ticket:
    """A ticket that came back twice."""
    row = town.ticket(session, settings)
    for hours in (1, 2):
        town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings, at=later(hours=hours))
        referrals.give_back(session, row, why="不属于我局", by=staff.liaison, settings=settings, at=later(hours=hours))
    return row


def test_after_the_second_return_only_the_competent_office_sends_it_on_and_says_why(session: Session, settings: Settings, staff: Staff, returned: Ticket) -> None:
    assert staff.competent is not None
    with pytest.raises(ReferralError, match="主管部门指定"):
        referrals.dispatch(session, returned, to=staff.office, by=staff.supervisor, settings=settings, at=later(hours=3))
    assert Action.DISPATCH not in doable(returned, staff.supervisor, at=later(hours=3))
    assert Action.IMPOSE in doable(returned, staff.competent, at=later(hours=3))
    with pytest.raises(ReferralError, match="指定承办的理由"):
        referrals.impose(session, returned, to=staff.office, why=" ", by=staff.competent, settings=settings, at=later(hours=3))
    referrals.impose(session, returned, to=staff.office, why="三定方案明确", by=staff.competent, settings=settings, at=later(hours=3))
    assert (returned.state, returned.department_id, returned.imposed) == (State.TO_ACCEPT, staff.office.id, True)


def test_what_is_imposed_is_not_given_back_from_wherever_it_stands(session: Session, settings: Settings, staff: Staff, returned: Ticket) -> None:
    assert staff.competent is not None
    referrals.impose(session, returned, to=staff.office, why="三定方案明确", by=staff.competent, settings=settings, at=later(hours=3))
    for state in (State.TO_ACCEPT, State.IN_HAND):
        town.bring(session, returned, state, by=staff, settings=settings, at=later(hours=3))
        assert Action.RETURN not in doable(returned, staff.liaison, at=later(hours=3))
        with pytest.raises(ReferralError, match="不能退单"):
            referrals.give_back(session, returned, why="还是不属于", by=staff.liaison, settings=settings, at=later(hours=3))


def test_before_that_nobody_imposes(session: Session, settings: Settings, staff: Staff) -> None:
    assert staff.competent is not None
    row = town.ticket(session, settings)
    with pytest.raises(ReferralError, match="退单未满两次"):
        referrals.impose(session, row, to=staff.office, why="x", by=staff.competent, settings=settings, at=later())
