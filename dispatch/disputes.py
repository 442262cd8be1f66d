"""What the caller is dissatisfied with a second time: the supervisor ends it, or has it done once more."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import referrals
from dispatch.referrals import ReferralError
from dispatch.states import Action
from dispatch.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings

MOST_REDONE = 2
"""Once because the caller was dissatisfied, once because the supervisor said so."""


def may_be_redone(ticket: Ticket) -> bool:
    """Whether the department may be told to do it once more."""
    return ticket.redone < MOST_REDONE


def settle(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """The supervisor ends the matter with a reason; what the caller said of it stays said."""
    _disputed(ticket, why)
    referrals.close(session, ticket, reached=True, satisfaction=ticket.satisfaction, at=at, why=why.strip(),
                    by=by.login, action=Action.SETTLE)  # fmt: skip
    _noted(session, ticket, Action.SETTLE, why, by, at)


def redo_again(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """The supervisor has the department do it once more, and says why."""
    _disputed(ticket, why)
    if not may_be_redone(ticket):
        raise ReferralError("该工单已重办两次，不能再次重办")
    referrals.redo(session, ticket, satisfaction=ticket.satisfaction, settings=settings, at=at, why=why.strip(),
                   by=by.login, action=Action.REDO_AGAIN)  # fmt: skip
    _noted(session, ticket, Action.REDO_AGAIN, why, by, at)


def _disputed(ticket: Ticket, why: str) -> None:
    if ticket.disputed_at is None:
        raise ReferralError("该工单没有等待班长决定的争议")
    if not why.strip():
        raise ReferralError("请说明决定的理由")


def _noted(session: Session, ticket: Ticket, action: Action, why: str, by: Account, at: datetime) -> None:
    audit.note(session, f"ticket.{action}", by=by.login, at=at, about=("ticket", ticket.number), reason=why.strip())
