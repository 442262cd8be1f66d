"""保密: a caller asks not to be known when his matter is on its way already."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.tickets import caller_told, merging
from dispatch.tickets.history import write_step
from dispatch.tickets.states import OVER, State
from dispatch.tickets.steps import ReferralError, reasoned, unnaming
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission

CONFIDE = "confide"  # in the ticket's history


def may_be_asked(ticket: Ticket, account: Account) -> bool:
    """Whether this person may note that the caller asks for it: who speaks with callers, as long as it is open."""
    return account.may(Permission.REFER) and not ticket.confidential and State(ticket.state) not in OVER


def wished(ticket: Ticket) -> bool:
    """Whether its caller asked for it when it was on its way: that isn't taken back."""
    return any(step.action == CONFIDE for step in ticket.steps)


def ask(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """From now on nothing of him goes further than the hotline: the department hears no recording, sees no number and
    rings nobody, whatever it could before. What is secret goes with no other ticket, so it is a matter of its own."""
    ground = reasoned(why, "请写明来电人如何提出保密要求")
    session.refresh(ticket, with_for_update=True)
    if not may_be_asked(ticket, by):
        raise ReferralError("该工单已办结或已保密，或者不由您办理")
    merging.alone(session, ticket, why="来电人要求保密", at=at)
    ticket.confidential = True
    unnaming(ticket, ground)
    write_step(session, ticket, CONFIDE, by=by.login, source=ticket.state, at=at, why=ground)
    caller_told.hush(session, ticket, at=at)
    audit.note(session, f"ticket.{CONFIDE}", by=by.login, at=at, about=("ticket", ticket.number), reason=ground)
