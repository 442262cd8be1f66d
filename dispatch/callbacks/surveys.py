"""Rung again to rate: who was cut off after somebody had answered him, once and soon, and only who may be rung."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.calls.calls import Call, CallStep, Step
from dispatch.line import barring, flags
from dispatch.tickets import referrals
from dispatch.tickets.states import State as TicketState
from dispatch.tickets.tickets import GUARDED, Ticket
from hotline import phones
from hotline.calendar.hours import next_sensible, read_hours
from hotline.settings import Settings

FIRST: Final = timedelta(minutes=1)  # he may ring again himself
MOST: Final = 100
UNRATED: Final = "unrated"  # he heard the reply, and the line broke before he could rate it


def owe(session: Session, call_id: str, *, settings: Settings, at: datetime) -> Callback | None:
    """Owe the caller of a call that was cut off that he is rung to rate it; None where he may not be, or only too
    late."""
    call, due = session.get(Call, call_id), soon(settings, at)
    if call is None or due is None or not _may(session, call, at):
        return None
    row = Callback(number=call.caller, survey_of=call.id, due_at=due)
    session.add(row)
    session.flush()
    return row


def ask_again(session: Session, attempt: Attempt, *, settings: Settings, at: datetime) -> bool:
    """Owe once more the call in which a reply was heard and the line broke: for its grade alone. False where that can't
    be; then it is over without one."""
    callback, due = session.get_one(Callback, attempt.callback_id), soon(settings, at)
    spent = callback.survey_of or callback.attempts >= settings.callback_attempts
    if due is None or spent or callback.ticket is None or callback.ticket.state != TicketState.TO_CALL_BACK:
        return False
    attempt.outcome, attempt.ended_at = UNRATED, at
    callback.state, callback.due_at, callback.lease_until, callback.survey_of = State.DUE, due, None, attempt.call_id
    return True


def soon(settings: Settings, at: datetime) -> datetime | None:
    """When he is to be rung; None where no hour to ring comes in time."""
    due = next_sensible(at + FIRST, read_hours(settings.callback_hours))
    return due if due <= at + timedelta(minutes=settings.survey_redial_minutes) else None


def tidy(session: Session, *, settings: Settings, at: datetime) -> None:
    """What didn't come in time is over, and so it is for who has rung us again himself; a few at a time."""
    cut, again = aliased(Call), aliased(Call)
    rang = exists().where(again.caller == Callback.number, again.direction == "in", again.began_at > cut.ended_at)
    late = cut.ended_at < at - timedelta(minutes=settings.survey_redial_minutes)
    query = select(Callback).join(cut, cut.id == Callback.survey_of).where(Callback.state == State.DUE, late | rang)
    for callback in session.scalars(query.limit(MOST).with_for_update(of=Callback)).all():
        callback.state = State.VOID
        if callback.ticket is not None and callback.ticket.state == TicketState.TO_CALL_BACK:
            callback.state = State.DONE
            referrals.told(session, callback.ticket, grade=None, settings=settings, at=at)


def owes(session: Session) -> bool:
    """Whether anybody is owed such a call."""
    owed = select(Callback.id).where(Callback.survey_of.is_not(None), Callback.state == State.DUE)
    return session.scalar(owed.limit(1)) is not None


def department_spoke(session: Session, call_id: str) -> bool:
    """Whether the caller of a call has spoken with a department, which is then rated apart."""
    joined = select(CallStep.id).where(CallStep.call_id == call_id, CallStep.kind == Step.TRANSFER_JOINED)
    return session.scalar(joined.limit(1)) is not None


def _may(session: Session, call: Call, at: datetime) -> bool:
    """Who spoke with an operator and hasn't rated him; never who complained, wished secrecy, shows no number, was in
    danger, is barred, is spared the machine, or didn't want to be rung before."""
    if call.direction != "in" or call.answered_at is None or not phones.is_reachable(call.caller):
        return False
    if flags.spares(session, call.caller):
        return False
    said = exists().where(CallStep.call_id == call.id, CallStep.kind.in_((Step.RATED, Step.EMERGENCY)))
    guarded = or_(Ticket.confidential.is_(True), Ticket.klass.in_(GUARDED))
    secret = exists().where(Ticket.call_id == call.id, guarded)
    refused = exists().where(Attempt.callback_id == Callback.id, Callback.number == call.caller,
                             Attempt.outcome == callbacks.REFUSED)  # fmt: skip
    known = exists().where(or_(Callback.survey_of == call.id, and_(Callback.number == call.caller,
                                                                   Callback.survey_of.is_not(None),
                                                                   Callback.state == State.DUE)))  # fmt: skip
    if session.scalar(select(Call.id).where(Call.id == call.id, or_(said, secret, refused, known))):
        return False
    return barring.find(barring.standing(session.scalars(select(barring.Block)), at=at), call.caller, at=at) is None
