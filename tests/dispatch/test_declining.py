"""不予签发: a leader who doesn't sign what was drafted says why, and it is his liaison's to write again."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import referrals, worklist
from dispatch.tickets.needs import doable
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import Wanted
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Notice, Topic
from tests.dispatch import town
from tests.dispatch.town import Staff, later

MINE = Wanted(my_turn=True)


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def row(session: Session, settings: Settings, staff: Staff) -> Ticket:
    return town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)


def turn(session: Session, account: Account) -> bool:
    session.flush()
    return bool(session.scalars(worklist.listed(account, MINE, at=later())).all())


def test_a_draft_that_is_not_signed_is_its_liaisons_again_with_the_reason(session: Session, settings: Settings, row: Ticket, staff: Staff) -> None:
    assert Action.DECLINE not in doable(row, staff.leader, at=later()), "nothing is drafted"
    referrals.reply(session, row, text="请到窗口。", personal=False, by=staff.liaison, at=later(hours=1))
    assert (turn(session, staff.leader), turn(session, staff.liaison)) == (True, False)
    assert Action.DECLINE not in doable(row, staff.liaison, at=later())
    due = row.due_at
    with pytest.raises(ReferralError, match="请说明不予签发的理由"):
        referrals.decline(session, row, why=" ", by=staff.leader, at=later(hours=2))
    referrals.decline(session, row, why="请写明地址", by=staff.leader, at=later(hours=2))
    assert (turn(session, staff.leader), turn(session, staff.liaison)) == (False, True)
    assert (row.state, row.reply, row.due_at) == (State.IN_HAND, "请到窗口。", due)
    assert (row.steps[-1].action, row.steps[-1].why) == ("decline", "请写明地址")
    told = session.scalars(select(Notice.account_id).where(Notice.topic == Topic.SENT_BACK)).all()
    assert told == [staff.liaison.id]
    with pytest.raises(ReferralError, match="尚无可签发的答复"):
        referrals.sign(session, row, no_secrets=True, by=staff.leader, at=later(hours=3))
    town.bring(session, row, State.TO_CHECK, by=staff, settings=settings, at=later(hours=4))
