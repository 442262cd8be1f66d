"""Who may reach a call, and how a caller's full number is seen: for a reason that is written down."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission


class UnmaskError(Exception):
    """A number that may not be shown; the text is fit for a person."""


def call(session: Session, call_id: str, *, account: Account) -> Call | None:
    """The call, if this account may see it: all of them with CALLS, at the desk those that rang there; else None."""
    query = select(Call).where(Call.id == call_id)
    if account.may(Permission.CALLS):
        return session.scalar(query)
    if not account.may(Permission.DESK):
        return None
    rang = select(Offer.call_id).where(Offer.account_id == account.id)
    return session.scalar(query.where(or_(Call.operator_id == account.id, Call.id.in_(rang))))


def unmask(session: Session, thing: Call | Ticket, *, why: str, by: Account, at: datetime) -> str:
    """The caller's full number, and a line in the audit trail of who wanted it and why."""
    note_unmasked(session, ("call", thing.id) if isinstance(thing, Call) else ("ticket", thing.number), why=why, by=by,
                  at=at)  # fmt: skip
    return thing.caller if isinstance(thing, Call) else thing.contact or thing.caller


def note_unmasked(session: Session, about: tuple[str, object], *, why: str, by: Account, at: datetime) -> None:
    """Note who sees a full number, and why; UnmaskError where he may not, or says nothing."""
    if len(why.strip()) < 2:
        raise UnmaskError("请说明查看完整号码的理由")
    if not by.may(Permission.UNMASK):
        raise UnmaskError("您无权查看完整号码")
    audit.note(session, "number.unmasked", by=by.login, at=at, about=about, reason=why.strip()[:500])
