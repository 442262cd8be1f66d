"""同事备注: what people of a department write for one another on a ticket; nobody else reads it."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.passed.passed_matters import SOURCE
from dispatch.tickets import reach, unnamed
from dispatch.tickets.history import write_step
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket, TicketStep, guarded
from dispatch.tickets.urging import HE_HIMSELF
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL

NOTE = "colleague_note"
LONGEST = 500


def may_write(ticket: Ticket, account: Account) -> bool:
    """Whether the ticket is his department's."""
    return account.role in DEPARTMENTAL and account.department_id is not None and (
        account.department_id == ticket.department_id)  # fmt: skip


def write(session: Session, ticket: Ticket, *, words: str, by: Account, at: datetime) -> None:
    """A line in the history that only the department reads; it stays with it when the ticket goes to another."""
    if not may_write(ticket, by):
        raise ReferralError("只有承办单位可以写同事备注")
    if not words.strip() or len(words.strip()) > LONGEST:
        raise ReferralError(f"请填写备注，最多{LONGEST}字")
    write_step(session, ticket, NOTE, by=by.login, source=ticket.state, at=at, why=words.strip(),
               of=ticket.department_id)  # fmt: skip
    audit.note(session, "ticket.colleague_note", by=by.login, at=at, about=("ticket", ticket.number))


def told(ticket: Ticket) -> list[TicketStep]:
    """The history without notes."""
    return [step for step in ticket.steps if step.action != NOTE]


def read_by(ticket: Ticket, account: Account) -> list[TicketStep]:
    """The history as this account reads it: of notes those of its own department; of a guarded matter, outside the
    hotline, no line that tells who its caller is, whenever it was written."""
    hides = guarded(ticket) and not reach.inside(account)
    return [step for step in ticket.steps if _may_read(step, account) and not (hides and _tells_who(ticket, step))]


def _may_read(step: TicketStep, account: Account) -> bool:
    return step.action != NOTE or (account.role in DEPARTMENTAL and step.detail.get("of") == account.department_id)


def _tells_who(ticket: Ticket, step: TicketStep) -> bool:
    """Whether a line, or the draft of a reply in it, has his name or number, or is what he wrote himself."""
    said = f"{step.why}\n{step.detail.get('reply', '')}"
    return unnamed.names_him(ticket, said) or (bool(step.why) and step.by in (SOURCE, HE_HIMSELF))
