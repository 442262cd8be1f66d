"""How calls and call-backs end: the one place where an ending has its consequences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, missed, places, surveys
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls import causes, desk, settling
from dispatch.calls.calls import Call, CallStep, Step
from dispatch.calls.settling import Ending
from dispatch.tickets import referrals
from dispatch.tickets.states import State
from dispatch.transfers import transfers
from hotline.settings import Settings


@dataclass(frozen=True)
class Over:
    """What ended: calls that were open until now, and call and account of each desk that one lay on."""

    closed: frozenset[str]
    desks: tuple[tuple[str, int], ...]


def end_call(session: Session, call_id: str, *, place: str = "", cause: int = 0, settings: Settings,
             at: datetime) -> list[int]:
    """The call is over: its outcome, the desks it lay on (their accounts are returned), its call-back attempt."""
    return [account for _, account in end_calls(session, [Ending(call_id, at, place, cause)], settings=settings).desks]


def end_calls(session: Session, endings: Sequence[Ending], *, settings: Settings) -> Over:
    """The same of many calls. What was noted late is taken off the desks too."""
    ends = {ending.call_id: ending.at for ending in endings}
    causes_of = {ending.call_id: ending.cause for ending in endings}
    cut_off = {ending.call_id for ending in endings if ending.cause in causes.BROKEN}
    transfers.call_ended(session, ends)
    if closed := settling.end_all(session, endings):
        unfinished = select(Attempt).where(Attempt.call_id.in_(closed), Attempt.outcome == "")
        for attempt in session.scalars(unfinished).all():
            if attempt.by:  # the operator says what became of it
                hold = timedelta(minutes=settings.callback_hold_minutes)
                callbacks.runs_on(session, attempt, lease=hold, at=ends[attempt.call_id])
            else:
                came = _came_of(session, attempt, causes_of[attempt.call_id])
                end_attempt(session, attempt, outcome=came, broke=attempt.call_id in cut_off, settings=settings,
                            at=ends[attempt.call_id])  # fmt: skip
    for call_id in closed & cut_off:
        surveys.owe(session, call_id, settings=settings, at=ends[call_id])
    return Over(frozenset(closed), tuple(desk.ended(session, ends)))


def _came_of(session: Session, attempt: Attempt, cause: int) -> str:
    """What became of the machine's attempt whose channel is gone. Of one that was picked up something is noted."""
    noted = CallStep.call_id == attempt.call_id, CallStep.kind.not_in((Step.BEGAN, Step.ENDED))
    if not cause or session.scalar(select(CallStep.id).where(*noted).limit(1)) is not None:
        return "broken_off"
    if cause in causes.BUSY:
        return callbacks.BUSY
    return callbacks.LINE_FAULT if cause in causes.FAILED else "no_answer"


def end_attempt(
    session: Session, attempt: Attempt, *, outcome: str, grade: int | None = None, broke: bool = False,
    settings: Settings, at: datetime,
) -> None:  # fmt: skip
    """An attempt to call back is over. Told: the ticket closes, or is done again when the caller is dissatisfied;
    the last attempt without success closes it as not reached. `broke`: his line was cut off."""
    if attempt.outcome:
        return
    if not attempt.by and _heard(session, attempt):  # he may hang up without a grade, unnoticed
        outcome = callbacks.TOLD
        if broke and grade is None and surveys.ask_again(session, attempt, settings=settings, at=at):
            return
    callback = callbacks.settle(session, attempt, outcome=outcome, settings=settings, at=at)
    if (place := places.of(session, callback.id)) is not None:
        places.settled(session, place, settings=settings, at=at)
        return
    if callback.ticket is None:
        missed.settled(session, callback, outcome=outcome, rung_at=attempt.dialled_at, at=at)
        return
    if callback.ticket.state != State.TO_CALL_BACK:  # it went another way meanwhile
        return
    if callback.state == callbacks.State.DONE:
        referrals.told(session, callback.ticket, grade=grade, settings=settings, at=at)
    elif callback.state == callbacks.State.GIVEN_UP:
        why = "来电人不愿接受回访" if outcome == callbacks.REFUSED else "多次回访未接通"
        referrals.close(session, callback.ticket, reached=False, at=at, why=why)


def rang_out(session: Session, attempt: Attempt, *, busy: bool = False, settings: Settings, at: datetime) -> None:
    """The telephone that the exchange was asked to ring was not answered, or was busy: the citizen's; or the operator's
    own, and then the citizen's never rang."""
    outcome = callbacks.NOT_RUNG if attempt.by else callbacks.BUSY if busy else "no_answer"
    end_attempt(session, attempt, outcome=outcome, settings=settings, at=at)


def refused(session: Session, attempt_id: str, *, settings: Settings, at: datetime) -> None:
    """The exchange would not ring at all: there was neither a call nor an attempt at the citizen."""
    attempt = session.get_one(Attempt, attempt_id)
    end_attempt(session, attempt, outcome=callbacks.NOT_RUNG, settings=settings, at=at)
    settling.end(session, attempt.call_id, at=at, place="callback")


def _heard(session: Session, attempt: Attempt) -> bool:
    """Whether the citizen has heard the reply to its end; whose place was kept, whether an operator spoke with him, or
    he left his question. In a call in which he rang us he may have heard something else before."""
    for_place = session.get_one(Callback, attempt.callback_id).for_place
    came = (Step.ANSWERED, Step.MESSAGE) if for_place else (Step.TOLD,)
    query = select(CallStep.id).where(CallStep.call_id == attempt.call_id, CallStep.kind.in_(came)).limit(1)
    call = session.get(Call, attempt.call_id)
    if call is not None and call.direction == "in":
        query = query.where(CallStep.at >= attempt.dialled_at)
    return session.scalar(query) is not None
