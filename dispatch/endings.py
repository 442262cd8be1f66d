"""How calls and call-backs end: the one place where an ending has its consequences."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch import callbacks, calls, desk, referrals
from dispatch.callbacks import Attempt
from dispatch.calls import CallStep, Step
from dispatch.states import State
from hotline.settings import Settings


def end_call(session: Session, call_id: str, *, place: str = "", settings: Settings, at: datetime) -> list[int]:
    """The call is over: its outcome, the desks it lay on (their accounts are returned), its call-back attempt."""
    if not calls.end(session, call_id, at=at, place=place):
        return desk.ended(session, call_id, at=at)  # what was noted late must not stay on a desk
    attempt = session.scalar(select(Attempt).where(Attempt.call_id == call_id, Attempt.outcome == ""))
    if attempt is not None:
        end_attempt(session, attempt, outcome="broken_off", settings=settings, at=at)
    return desk.ended(session, call_id, at=at)


def end_attempt(
    session: Session, attempt: Attempt, *, outcome: str, grade: int | None = None, settings: Settings, at: datetime
) -> None:
    """An attempt to call back is over. Told: the ticket closes, or is done again when the caller is dissatisfied;
    the last attempt without success closes it as not reached."""
    if attempt.outcome:
        return
    if _heard(session, attempt):  # he may hang up without a grade, and we may never learn that he did
        outcome = callbacks.TOLD
    callback = callbacks.settle(session, attempt, outcome=outcome, settings=settings, at=at)
    if callback.ticket.state != State.TO_CALL_BACK:  # it went another way meanwhile
        return
    if outcome == callbacks.TOLD:
        referrals.told(session, callback.ticket, grade=grade, at=at)
    elif callback.state == callbacks.State.GIVEN_UP:
        referrals.close(session, callback.ticket, reached=False, at=at, why="多次回访未接通")


def _heard(session: Session, attempt: Attempt) -> bool:
    """Whether the citizen has heard the reply to its end."""
    query = select(CallStep.id).where(CallStep.call_id == attempt.call_id, CallStep.kind == Step.TOLD).limit(1)
    return session.scalar(query) is not None
