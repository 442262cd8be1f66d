"""What the caller is dissatisfied with a second time: the supervisor ends it, or has it done once more."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.tickets import referrals
from dispatch.tickets.states import Action
from dispatch.tickets.steps import reasoned
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings

UNREASONED = "请说明决定的理由"


def settle(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """The supervisor ends the matter with a reason; what the caller said of it stays said."""
    reasoned(why, UNREASONED)
    referrals.close(session, ticket, reached=True, satisfaction=ticket.satisfaction, at=at, why=why.strip(),
                    by=by, action=Action.SETTLE)  # fmt: skip
    _noted(session, ticket, Action.SETTLE, why, by, at)


def redo_again(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """The supervisor has the department do it once more, and says why."""
    reasoned(why, UNREASONED)
    referrals.redo(session, ticket, satisfaction=ticket.satisfaction, settings=settings, at=at, why=why.strip(),
                   by=by, action=Action.REDO_AGAIN)  # fmt: skip
    _noted(session, ticket, Action.REDO_AGAIN, why, by, at)


def _noted(session: Session, ticket: Ticket, action: Action, why: str, by: Account, at: datetime) -> None:
    audit.note(session, f"ticket.{action}", by=by.login, at=at, about=("ticket", ticket.number), reason=why.strip())
