"""What the caller is dissatisfied with twice has a way out: the supervisor's."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import disputes, referrals, worklist
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import GRANTS, Permission, Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import Staff, later


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


@pytest.fixture
def ticket(session: Session, settings: Settings, staff: Staff) -> Ticket:
    row = town.ticket(session, settings)
    return dissatisfied(session, settings, staff, dissatisfied(session, settings, staff, row))


def dissatisfied(session: Session, settings: Settings, staff: Staff, row: Ticket) -> Ticket:
    town.bring(session, row, State.TO_CALL_BACK, by=staff, settings=settings)
    referrals.told(session, row, grade=5, settings=settings, at=later(days=1))
    session.flush()
    return row


def test_it_waits_for_the_supervisor_and_for_nobody_else(session: Session, ticket: Ticket, staff: Staff) -> None:
    assert (ticket.state, ticket.disputed_at) == (State.TO_CALL_BACK, later(days=1))
    turns = {account.role: session.scalar(select(Ticket.id).where(worklist.my_turn(account))) for account in
             (staff.supervisor, staff.liaison, staff.leader, town.somebody(session, Role.OPERATOR))}  # fmt: skip
    assert {role for role, found in turns.items() if found} == {Role.SUPERVISOR}
    assert {role for role in Role if Permission.DECIDE in GRANTS[role]} == {Role.SUPERVISOR}


def test_an_ordinary_call_back_is_not_the_supervisors_turn_nor_his_to_decide(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, town.ticket(session, settings), State.TO_CALL_BACK, by=staff, settings=settings)
    assert session.scalar(select(Ticket.id).where(worklist.my_turn(staff.supervisor))) is None
    with pytest.raises(ReferralError, match="没有等待"):
        disputes.settle(session, row, why="已尽责", by=staff.supervisor, at=later(days=2))


def test_he_ends_it_with_a_reason_and_what_the_caller_said_stays_said(session: Session, ticket: Ticket, staff: Staff) -> None:
    with pytest.raises(ReferralError, match="理由"):
        disputes.settle(session, ticket, why=" ", by=staff.supervisor, at=later(days=2))
    disputes.settle(session, ticket, why="答复符合政策，已向来电人说明", by=staff.supervisor, at=later(days=2))
    assert (ticket.state, ticket.reached, ticket.satisfaction, ticket.closed_at) == (State.CLOSED, True, 5, later(days=2))
    session.flush()
    session.refresh(ticket)
    assert (ticket.steps[-1].action, ticket.steps[-1].by, ticket.steps[-1].why) == ("settle", "supervisor", "答复符合政策，已向来电人说明")
    assert session.scalars(select(AuditRow.reason).where(AuditRow.deed == "ticket.settle")).all() == ["答复符合政策，已向来电人说明"]


def test_or_has_it_done_once_more_and_then_decides_again(session: Session, settings: Settings, ticket: Ticket, staff: Staff) -> None:
    at = later(days=2)
    disputes.redo_again(session, ticket, why="请局领导带案下访", by=staff.supervisor, settings=settings, at=at)
    assert (ticket.state, ticket.redone, ticket.reply, ticket.disputed_at) == (State.IN_HAND, 2, "", None)
    assert ticket.due_at is not None
    assert ticket.due_at > at
    dissatisfied(session, settings, staff, ticket)
    assert ticket.disputed_at is not None
    with pytest.raises(ReferralError, match="重办两次"):
        disputes.redo_again(session, ticket, why="再来", by=staff.supervisor, settings=settings, at=at)
    disputes.settle(session, ticket, why="已穷尽办理", by=staff.supervisor, at=at)
    assert (ticket.state, ticket.disputed_at) == (State.CLOSED, None)


def test_who_is_content_with_what_was_done_once_more_ends_it(session: Session, settings: Settings, ticket: Ticket, staff: Staff) -> None:
    disputes.redo_again(session, ticket, why="请再核实", by=staff.supervisor, settings=settings, at=later(days=2))
    town.bring(session, ticket, State.TO_CALL_BACK, by=staff, settings=settings)
    referrals.told(session, ticket, grade=2, settings=settings, at=later(days=3))
    assert (ticket.state, ticket.satisfaction) == (State.CLOSED, 2)
