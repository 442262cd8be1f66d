"""Who reaches which ticket and recording: default deny, and no caller is known to the department complained of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls.calls import TELLING, Call
from dispatch.tickets import case_calls
from dispatch.tickets.complained_of import complains_of, meant_county
from dispatch.tickets.shares import Share
from dispatch.tickets.states import State
from dispatch.tickets.tickets import GUARDED, Ticket, guarded
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from recordings import two_hands
from recordings.recordings import Recording
from recordings.two_hands import Wish

HOTLINE = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.QUALITY_INSPECTOR})
"""The roles of the hotline itself: nothing that identifies who wished not to be known goes further than these."""
HANDLED = frozenset({State.TO_ACCEPT, State.IN_HAND, State.NEEDS_FACTS, State.TO_CHECK, State.TO_CALL_BACK})
"""States in which a department may still need to hear what its caller said; a closed matter is no longer its work."""


def tickets_of(account: Account) -> ColumnElement[bool]:
    """The condition that picks the tickets which an account may see."""
    return or_(*ways_to_tickets(account))


def ways_to_tickets(account: Account) -> tuple[ColumnElement[bool], ...]:
    """The same as conditions of which no ticket meets two, each found by an index of its own: a county's office sees
    what departments of its county have, and what it was handed and none of them has."""
    own = _own(account, Ticket)
    if Role(account.role) is not Role.COUNTY_OFFICE or not account.county_code:
        return (own,)
    return own, and_(Ticket.county_code == account.county_code, or_(Ticket.department_id.is_(None), ~own))


def shares_of(account: Account) -> ColumnElement[bool]:
    """The condition that picks the shares (协办) which an account may see: a department its own, a county's office
    those of its county, the hotline and the city all."""
    return _own(account, Share)


def departments_of(account: Account, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The condition that picks what is the department's of an account, by the column that names a row's department:
    its own, those of a county, or all."""
    role = Role(account.role)
    if role in DEPARTMENTAL:
        return (column == account.department_id) if account.department_id else false()
    if role is Role.COUNTY_OFFICE:
        own = select(Department.id).where(Department.county_code == account.county_code)
        return column.in_(own) if account.county_code else false()
    return true()


def _own(account: Account, of: type[Ticket] | type[Share]) -> ColumnElement[bool]:
    return departments_of(account, of.department_id) if account.may(Permission.TICKETS) else false()


def ticket(session: Session, number: str, *, account: Account) -> Ticket | None:
    """The ticket, if this account may see it; None otherwise, without telling whether it exists."""
    return session.scalar(select(Ticket).where(Ticket.number == number, tickets_of(account)))


def share(session: Session, share_id: int, *, account: Account) -> Share | None:
    """The share, if this account may see it; nobody that of a matter that complains of him."""
    found = session.scalar(select(Share).where(Share.id == share_id, shares_of(account)))
    return None if found is None or found.id in shares_withheld(session, account) else found


def shares_withheld(session: Session, account: Account) -> list[int]:
    """Those of a department's own shares, or of a county's, whose matter complains of it, or of its government, by now:
    none is listed to it either."""
    county = Role(account.role) is Role.COUNTY_OFFICE
    if not county and Role(account.role) not in DEPARTMENTAL:
        return []
    query = select(Share).join(Share.ticket).where(shares_of(account), Ticket.complained_of != "")
    return [one.id for one in session.scalars(query)
            if (meant_county(session, account.county_code, one.ticket.complained_of) if county
                else complains_of(session, one.ticket, one.department))]  # fmt: skip


def share_in(session: Session, number: str, *, account: Account) -> int | None:
    """The latest share that an account may see in a ticket with this number."""
    query = select(Share.id).join(Share.ticket).where(Ticket.number == number, shares_of(account))
    return session.scalar(query.order_by(Share.id.desc()).limit(1))


def inside(account: Account) -> bool:
    """Whether the account is one of the hotline's own."""
    return Role(account.role) in HOTLINE and account.may(Permission.TICKETS)


def sees_caller(session: Session, of: Ticket, *, account: Account) -> bool:
    """Whether the account may know anything of the caller himself, be it his masked number: of 投诉, 举报 and secrecy
    nobody outside the hotline, whatever his rank, nor of what the same call gave besides: one number on two tickets
    would tell who complained."""
    return not nameless_tickets(session, [of], account=account)


def nameless_tickets(session: Session, tickets: Sequence[Ticket], *, account: Account) -> set[int]:
    """Those of these tickets, by id, of whose caller the account may know nothing. One call may yield several: what is
    guarded in one of them is guarded in all."""
    if inside(account):
        return set()
    calls = {ticket.call_id for ticket in tickets if ticket.call_id}
    query = select(Ticket.call_id).where(Ticket.call_id.in_(calls), _secret(Ticket))
    shielded = set(session.scalars(query)) if calls else set()
    known = account.may(Permission.TICKETS)
    return {one.id for one in tickets if not known or guarded(one) or one.call_id in shielded}


def nameless(account: Account) -> ColumnElement[bool]:
    """The condition that picks the calls of whose caller the account may know nothing: what gave a guarded ticket,
    and the call-backs of whatever came of it; whom we told something by telephone, whatever it was."""
    if inside(account):
        return false()
    other = aliased(Ticket)
    came = exists().where(Ticket.call_id == Call.id, _secret(Ticket))
    shielded = or_(_secret(Ticket), exists().where(other.call_id == Ticket.call_id, _secret(other)))
    back = select(Attempt.id).join(Callback, Callback.id == Attempt.callback_id).join(Ticket)
    rated = select(Attempt.id).join(Callback, Callback.id == Attempt.callback_id).where(
        Attempt.call_id == Call.id, Callback.survey_of == other.call_id, _secret(other)).exists()  # fmt: skip
    return or_(came, back.where(Attempt.call_id == Call.id, shielded).exists(), rated, Call.taken_from == TELLING)


def _secret(of: type[Ticket]) -> ColumnElement[bool]:
    return or_(of.confidential.is_(True), of.klass.in_(GUARDED))


def nameless_among(session: Session, call_ids: Iterable[str], *, account: Account) -> set[str]:
    """Those of these calls of whose caller the account may know nothing."""
    return set(session.scalars(select(Call.id).where(Call.id.in_(list(call_ids)), nameless(account))))


def recording(session: Session, recording_id: int, *, account: Account) -> Recording | None:
    """The recording, if this account may hear it; None otherwise.

    Departments hear the recording of their own tickets until these are closed, never of a complaint, a report or a
    confidential matter, nor of a call in which another department's matter was told as well; operators the calls that
    they took or placed themselves, and no others for having written a matter down; supervisors and quality inspectors
    all."""
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


def must_ask(session: Session, row: Recording, *, account: Account, at: datetime) -> bool:
    """Whether a second person must consent before this one hears it: its caller asked for secrecy."""
    mine = or_(Ticket.recording_id == row.id, Ticket.id.in_(case_calls.matters(row.call_id)))
    secret = session.scalar(select(Ticket.id).where(mine, Ticket.confidential.is_(True)).limit(1)) is not None
    return secret and not two_hands.may_hear(session, row.call_id, login=account.login, at=at)


def may_ask_original(account: Account) -> bool:
    """Whether this one may ask to hear what is masked: never a department, nor who took the call."""
    return Role(account.role) in (Role.SUPERVISOR, Role.QUALITY_INSPECTOR)


def hears_original(session: Session, row: Recording, *, account: Account, at: datetime) -> bool:
    """Whether this one hears what is masked, by another's consent of late."""
    may = may_ask_original(account)
    return may and two_hands.may_hear(session, row.call_id, login=account.login, at=at, wish=Wish.ORIGINAL)


def _own_ticket(session: Session, row: Recording, account: Account) -> bool:
    own = session.scalars(select(Ticket).where(Ticket.recording_id == row.id, tickets_of(account))).all()
    heard = [*own, *session.scalars(select(Ticket).where(Ticket.id.in_(case_calls.matters(row.call_id))))]
    its_own = all(t.department_id == account.department_id or t.state == State.VOID for t in heard)
    return its_own and any(State(t.state) in HANDLED for t in own) and not any(guarded(t) for t in heard)
