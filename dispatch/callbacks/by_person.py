"""Call-backs that a person makes: taken once, rung from his phone, the citizen verified before a reply is told."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.answering.decision import Channel
from dispatch.callbacks import callbacks, corrections
from dispatch.callbacks.callbacks import BUSY, REFUSED, TOLD, WRONG_PERSON, Attempt, Callback, State
from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, Step
from dispatch.calls.endings import end_attempt
from dispatch.tickets import codes, handings
from dispatch.tickets.steps import ReferralError
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.calendar.hours import read_hours
from hotline.settings import Settings

OUTCOMES = (TOLD, "no_answer", BUSY, "unconfirmed", WRONG_PERSON, REFUSED)
"""What an operator may say became of an attempt; `unconfirmed`: whoever picked up could not be verified."""


def take(session: Session, callback_id: int, *, by: Account, settings: Settings, at: datetime) -> Callback:
    """Take one call-back for a while; of two who take it at once one gets it, and no telephone that is being rung,
    or from which we are being rung."""
    callbacks.one_claimant(session)
    _not_on_the_line(session, callback_id, at)
    taken = session.execute(
        update(Callback)
        .where(Callback.id == callback_id, Callback.by_person.is_(True), Callback.state == State.DUE,
               Callback.due_at <= at, ~callbacks.under_way())
        .values(state=State.CLAIMED, holder_id=by.id, lease_until=_until(settings, at), token=Callback.token + 1)
        .returning(Callback.id)
    ).scalar()  # fmt: skip
    if taken is None:
        raise ReferralError("该回访已被他人领取，或还不能拨打")
    callback = session.get_one(Callback, taken, populate_existing=True)
    _noted(session, callback, "taken", by, at)
    return callback


def held(session: Session, callback_id: int, *, token: int, by: Account) -> Callback:
    """The call-back, if this operator still holds it by this token."""
    callback = session.get(Callback, callback_id, with_for_update=True, populate_existing=True)
    held_in = (State.CLAIMED, State.DIALLING)
    if callback is None or callback.holder_id != by.id or callback.token != token or callback.state not in held_in:
        raise ReferralError("该回访已不在您手中，请重新领取")
    return callback


def put_back(session: Session, callback: Callback, *, by: Account, at: datetime) -> None:
    """Leave it to others, without having rung."""
    if callback.state != State.CLAIMED:
        raise ReferralError("请先记录本次拨打的结果")
    callback.state, callback.holder_id, callback.lease_until = State.DUE, None, None
    _noted(session, callback, "put_back", by, at)


def ring(session: Session, callback: Callback, *, by: Account, settings: Settings, at: datetime) -> Attempt:
    """Note that the operator's phone, then the citizen's is about to ring; the exchange is asked after the commit."""
    if callback.state != State.CLAIMED:
        raise ReferralError("请先记录本次拨打的结果")
    if not read_hours(settings.callback_hours).holds(at):
        raise ReferralError("现在不是回访时间，请在规定时间内拨打")
    if not by.extension:
        raise ReferralError("您的账号没有分机，请联系系统管理员")
    _not_on_the_line(session, callback.id, at)
    attempt = callbacks.place(session, callback, settings=settings, by=by, at=at)
    _noted(session, callback, "rung", by, at, call=attempt.call_id)
    return attempt


def running(session: Session, callback: Callback) -> Attempt | None:
    """The attempt whose end nobody has written up yet."""
    return session.scalar(select(Attempt).where(Attempt.callback_id == callback.id, Attempt.outcome == ""))


def verify(session: Session, callback: Callback, *, code: str = "", matter: bool = False, by: Account,
           settings: Settings, at: datetime) -> bool:
    """核实身份: who picked up named himself and the matter, or told its query code. False: the code is another's."""
    attempt = _running(session, callback)
    if code and codes.digest(code, settings=settings) != callback.replied.code_digest:
        calls.note(session, attempt.call_id, Step.CODE_WRONG, at=at, operator=by.login)
        _noted(session, callback, "code_wrong", by, at)
        return False
    if not code and not matter:
        raise ReferralError("请核对来电人的姓名和事项，或输入查询码")
    attempt.verified = "code" if code else "matter"
    _noted(session, callback, "verified", by, at, how=attempt.verified)
    return True


def write_up(session: Session, callback: Callback, *, outcome: str, words: str = "", grade: int | None = None,
             operator_grade: int | None = None, solved: bool | None = None, by: Account, settings: Settings,
             at: datetime) -> None:  # fmt: skip
    """What became of the attempt: told (solved or not, department and operator rated apart), or why not. `words`: what
    came of the talk with a caller whom nobody had answered."""
    attempt = _running(session, callback)
    if outcome not in OUTCOMES:
        raise ReferralError("请选择本次拨打的结果")
    attempt.words = words.strip()[:500]
    if outcome == TOLD and callback.ticket is None:
        _talked(session, attempt, by, at)
    elif outcome == TOLD:
        _tell(session, callback, attempt, operator_grade, by, settings, at)
    _noted(session, callback, "written_up", by, at, outcome=outcome)
    end_attempt(session, attempt, outcome=outcome, grade=grade, settings=settings, at=at)
    if outcome == TOLD and callback.ticket is not None and solved is not None:
        handings.note_solved(session, callback.ticket, solved, at=at)
    call = session.get_one(Call, attempt.call_id)
    if call.ended_at is not None:
        settling.settle(session, call)


def _talked(session: Session, attempt: Attempt, by: Account, at: datetime) -> None:
    if len(attempt.words) < 2:
        raise ReferralError("请记录通话情况")
    calls.note(session, attempt.call_id, Step.TALKED, at=at, operator=by.login)


def _tell(session: Session, callback: Callback, attempt: Attempt, operator_grade: int | None, by: Account,
          settings: Settings, at: datetime) -> None:
    if not attempt.verified:
        raise ReferralError("请先核实对方身份，再告知答复")
    ticket = callback.replied
    said = corrections.owed_words(session, ticket, settings=settings, at=at, channel=Channel.OPERATOR)
    corrections.tell(session, attempt.call_id, ticket, said, channel=Channel.OPERATOR, by=by.login, at=at)
    ticket.operator_satisfaction = operator_grade


def _running(session: Session, callback: Callback) -> Attempt:
    attempt = running(session, callback)
    if attempt is None:
        raise ReferralError("请先拨打来电人")
    return attempt


def _not_on_the_line(session: Session, callback_id: int, at: datetime) -> None:
    on_it = callbacks.is_ringing_us(Callback.number, at=at)
    if session.scalar(select(Callback.id).where(Callback.id == callback_id, on_it)) is not None:
        raise ReferralError("来电人正在线上，请稍候")


def _until(settings: Settings, at: datetime) -> datetime:
    return at + timedelta(minutes=settings.callback_hold_minutes)


def _noted(session: Session, callback: Callback, deed: str, by: Account, at: datetime, **more: str) -> None:
    audit.note(session, f"callback.{deed}", by=by.login, at=at, about=callback.about, **more)
