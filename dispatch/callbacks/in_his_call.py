"""The caller who reaches an operator while his answer waits: once verified he hears it in this call, and nobody rings
him for it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import REFUSED, Attempt, Callback, State
from dispatch.calls.calls import Call
from dispatch.calls.on_desk import on_desk
from dispatch.tickets.steps import ReferralError
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings

NOT_TOLD = ("unconfirmed", REFUSED)
"""What else may become of it: he could not be verified, or doesn't wish to hear it."""


def owed(session: Session, ticket_id: int, *, by: Account, at: datetime) -> Callback | None:
    """The call-back of a ticket that this operator may tell in the call on his desk; None where there is none, or he
    speaks with nobody."""
    if _call_id(session, by, at) is None:
        return None
    return session.scalar(select(Callback).where(Callback.ticket_id == ticket_id, _free()))


def take(session: Session, callback_id: int, *, by: Account, settings: Settings, at: datetime) -> Callback:
    """Take a call-back for the call on this operator's desk, from whoever has taken it and hasn't rung. Verifying and
    writing up are those of by_person. The caller rang us: none of his attempts is used up."""
    callbacks.one_claimant(session)
    if (call_id := _call_id(session, by, at)) is None:
        raise ReferralError("您没有正在接听的来电")
    row = session.scalar(select(Callback).where(Callback.id == callback_id, _free()).with_for_update())
    if row is None or row.ticket is None:
        raise ReferralError("该回访正在拨打，或已经结束")
    if session.scalar(select(Attempt.id).where(Attempt.call_id == call_id, Attempt.outcome == "")) is not None:
        raise ReferralError("请先记录本次通话中另一件回访的结果")
    attempt = callbacks.dial(session, row, call_id=call_id, by=by.login, at=at)
    row.attempts, row.token, row.holder_id = row.attempts - 1, row.token + 1, by.id
    session.flush()
    callbacks.runs_on(session, attempt, lease=timedelta(minutes=settings.callback_hold_minutes), at=at)
    audit.note(session, "callback.taken_in_call", by=by.login, at=at, about=row.about, call=call_id)
    return row


def is_such(session: Session, attempt: Attempt) -> bool:
    """Whether an attempt is a call in which he rang us, and not we him."""
    return bool(attempt.by) and session.get_one(Call, attempt.call_id).taken_from != callbacks.DESK


def handled(session: Session, callback: Callback) -> bool:
    """Whether a person has ever told it, or tried to."""
    tried = select(Attempt.id).where(Attempt.callback_id == callback.id, Attempt.by != "")
    return callback.by_person or session.scalar(tried.limit(1)) is not None


def _call_id(session: Session, by: Account, at: datetime) -> str | None:
    offer = on_desk(session, by.id, at=at)
    return offer.call_id if offer is not None and offer.answered_at is not None else None


def _free() -> ColumnElement[bool]:
    """For a reply, and due or in the hands of somebody who hasn't rung; what the machine has claimed rings already."""
    held = and_(Callback.state == State.CLAIMED, Callback.holder_id.is_not(None))
    return and_(Callback.ticket_id.is_not(None), Callback.survey_of.is_(None), or_(Callback.state == State.DUE, held))
