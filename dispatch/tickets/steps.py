"""How a step of the table is taken: what it needs is asked, the state changes, and a line is written."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from dispatch.tickets import needs, unnamed
from dispatch.tickets.history import write_step
from dispatch.tickets.states import Action, State, transition
from dispatch.tickets.tickets import Ticket, guarded
from hotline import audit
from hotline.accounts.accounts import Account


class ReferralError(Exception):
    """A step that may not be taken; the text is fit for a person."""


def move(ticket: Ticket, action: Action, *, by: Account | None, at: datetime, given: str = "") -> State:
    """The one place where a ticket changes its state, and where the table's who is asked, of people and of the system
    itself (`by`: None). `given`: what is wrong with what was given with the step. Gives the state that it was in."""
    source = State(ticket.state)
    line = transition(source, action)
    if not needs.may(ticket, line, by=by, at=at):
        raise ReferralError("该步骤不由您办理")
    if trouble := needs.unmet(ticket, action, by=name_of(by), at=at) or given:
        raise ReferralError(trouble)
    ticket.state = line.target
    return source


def name_of(by: Account | None) -> str:
    """How who takes a step stands in the history."""
    return by.login if by is not None else "hotline"


def written(session: Session, ticket: Ticket, action: Action, *, by: Account, source: State, at: datetime,
            why: str = "", **detail: str | int) -> None:
    """A person's step in the ticket's history and in the audit trail."""
    unnaming(ticket, why)
    write_step(session, ticket, action, by=by.login, source=source, at=at, why=why, **detail)
    audit.note(session, f"ticket.{action}", by=by.login, at=at, about=("ticket", ticket.number), reason=why)


def unnaming(ticket: Ticket, words: str) -> None:
    """ReferralError where words that departments read in the history name the caller of a guarded matter."""
    if guarded(ticket) and unnamed.names_him(ticket, words):
        raise ReferralError("投诉、举报和保密事项的说明中有来电人的姓名或号码，请删去")


def held(session: Session, ticket: Ticket) -> None:
    """The ticket is ours until the end, in its next version: who does something with it at this moment comes before or
    after, and who had it before his eyes as it was is refused. For what leaves the row as it is, and is done once."""
    seen = ticket.version
    session.refresh(ticket, with_for_update=True)
    if ticket.version != seen:
        raise ReferralError("工单已被他人更新，请核对后重新操作")
    flag_modified(ticket, "state")


def reasoned(why: str, otherwise: str) -> str:
    """The reason as it is kept; ReferralError in these words where none is given."""
    if not why.strip():
        raise ReferralError(otherwise)
    return why.strip()
