"""What a county's office, or a department, sees on the wallboard: its own matters, and who was put through to it. The
calls are the hotline's."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.callbacks import State as CallbackState
from dispatch.figures.figures import Share, transfers_of
from dispatch.tickets import reach
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import overdue
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Role
from hotline.times import day_begins, day_ends


@dataclass(frozen=True)
class OwnBoard:
    """The tickets within somebody's reach as they stand, and how callers were put through to his own on some days."""

    day: date
    until: date
    tickets: dict[str, int]
    overdue: int
    callbacks: int
    transfers: Share


def narrowed(account: Account) -> bool:
    """Whether an account sees the figures of its own alone."""
    return Role(account.role) in DEPARTMENTAL | {Role.COUNTY_OFFICE}


def own_board(session: Session, *, account: Account, day: date, until: date | None = None, at: datetime) -> OwnBoard:
    """The figures of one county's office or department; each is that of the list behind it, as he reads it."""
    own, last = reach.tickets_of(account), until or day
    due = Callback.state == CallbackState.DUE, Callback.ticket_id.in_(select(Ticket.id).where(own))
    by_state = Counter[str]()
    for way in reach.ways_to_tickets(account):
        for state, count in session.execute(select(Ticket.state, func.count()).where(way).group_by(Ticket.state)):
            by_state[str(state)] += count
    return OwnBoard(
        day, last, dict(by_state), _count(session, Ticket, own, overdue(at)),
        _count(session, Callback, *due),
        transfers_of(session, day_begins(day), day_ends(last),
                     reach.departments_of(account, Transfer.department_id)),
    )  # fmt: skip


def _count(session: Session, of: type[Ticket] | type[Callback], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(of).where(*where)) or 0
