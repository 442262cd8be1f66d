"""Who reaches which ticket and recording: default deny, and no caller is known to the department complained of."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from dispatch.calls import Call
from dispatch.states import State
from dispatch.tickets import Ticket, guarded
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from recordings.recordings import Recording


def tickets_of(account: Account) -> ColumnElement[bool]:
    """The condition that picks the tickets which an account may see."""
    role = Role(account.role)
    if not account.may(Permission.TICKETS):
        return false()
    if role in DEPARTMENTAL:
        return (Ticket.department_id == account.department_id) if account.department_id else false()
    if role is Role.COUNTY_OFFICE:
        own = select(Department.id).where(Department.county_code == account.county_code)
        return Ticket.department_id.in_(own) if account.county_code else false()
    return true()


def ticket(session: Session, number: str, *, account: Account) -> Ticket | None:
    """The ticket, if this account may see it; None otherwise, without telling whether it exists."""
    return session.scalar(select(Ticket).where(Ticket.number == number, tickets_of(account)))


def sees_caller(account: Account, of: Ticket) -> bool:
    """Whether the account may know anything of the caller himself: departments and counties never, where guarded."""
    inside = Role(account.role) not in DEPARTMENTAL | {Role.COUNTY_OFFICE}
    return inside and account.may(Permission.TICKETS)


def recording(session: Session, recording_id: int, *, account: Account) -> Recording | None:
    """The recording, if this account may hear it; None otherwise.

    Departments hear the recording of their own open tickets, never of a complaint, a report or a confidential
    matter; operators their own calls and what they referred; supervisors and quality inspectors all."""
    row = session.get(Recording, recording_id)
    if row is None or not account.may(Permission.HEAR):
        return None
    match Role(account.role):
        case Role.LIAISON | Role.LEADER:
            return row if _own_ticket(session, row, account) else None
        case Role.OPERATOR:
            call = session.get(Call, row.call_id)
            return row if call is not None and call.operator_id == account.id else None
        case Role.SUPERVISOR | Role.QUALITY_INSPECTOR:
            return row
    return None


def _own_ticket(session: Session, row: Recording, account: Account) -> bool:
    own = session.scalars(select(Ticket).where(Ticket.recording_id == row.id, tickets_of(account))).all()
    # One call may yield several tickets: what is guarded in one of them is guarded in all.
    of_call = session.scalars(select(Ticket).where(Ticket.call_id == row.call_id)).all()
    return any(State(t.state) is not State.FILED for t in own) and not any(guarded(t) for t in [*own, *of_call])
