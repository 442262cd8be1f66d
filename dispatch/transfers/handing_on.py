"""An operator hands his caller to a department: what he asks for is judged and noted, what is said of it ordered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from dispatch.calls.suggestions import suggested
from dispatch.tickets.tickets import Klass, Ticket
from dispatch.transfers import transfers
from dispatch.transfers.hunter import duties_of, hours_of
from dispatch.transfers.hunting import Outcome
from dispatch.transfers.transfer_line import Ends
from dispatch.transfers.transfer_rules import TransferError, forbid, whispered
from dispatch.transfers.transfers import Otherwise, State, Transfer, Wish
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.voice import orders


@dataclass(frozen=True)
class Asked:
    """What the operator chose and wrote."""

    department: Department | None
    klass: Klass
    summary: str
    confidential: bool = False
    complained_of: str = ""
    otherwise: Otherwise = Otherwise.RECORD


def begin(session: Session, call: Call, asked: Asked, *, ends: Ends | None, by: Account, settings: Settings,
          at: datetime) -> Transfer:
    """Note the hunt and have its words spoken ahead. Out of the department's hours it is over at once and nobody is
    moved; TransferError when it may not or can't be made. `ends`: the channels that live of the call."""
    department = _judged(session, call, asked)
    words = whispered(department, klass=asked.klass, summary=asked.summary)
    wish = Wish(department, asked.klass, words, asked.otherwise)
    if why := hours_of(session, department, settings).closed(at):
        return _closed(session, call, wish, why, by, at)
    if not any(duty.number for duty in duties_of(session, department, settings)):
        raise TransferError("该单位没有可以拨打的联络员电话")
    if ends is None or not ends.operator:
        raise TransferError("来电人或您的话机已不在通话中")
    orders.order(session, words, voice=settings.voice, urgent=True, at=at)
    return transfers.begin(session, call, wish, channel=ends.caller, by=by, at=at)


def first_choice(session: Session, call: Call, *, at: datetime) -> int | None:
    """The department that is suggested first: of the entry that the caller came across, or that is asked most."""
    return next((one.department.id for one in suggested(session, call, at=at, most=1)), None)


def _judged(session: Session, call: Call, asked: Asked) -> Department:
    if call.ended_at is not None:
        raise TransferError("通话已结束，不能转接")
    if asked.department is None:
        raise TransferError("请选择承办单位")
    if not asked.summary.strip():
        raise TransferError("请填写联络员将听到的事项")
    before = transfers.latest(session, call.id)
    if before is not None and before.state == State.RINGING and before.waits_since is not None:
        raise TransferError("正在转接，请先停止")
    written = session.scalars(select(Ticket).where(Ticket.call_id == call.id)).all()
    forbid(session, asked.department, klass=asked.klass, confidential=asked.confidential,
           complained_of=asked.complained_of, written=written)  # fmt: skip
    return asked.department


def _closed(session: Session, call: Call, wish: Wish, why: str, by: Account, at: datetime) -> Transfer:
    transfer = transfers.begin(session, call, wish, channel="", by=by, at=at)
    transfers.not_rung(session, transfer, Outcome.OUT_OF_HOURS, at=at)
    transfers.settle(session, transfer, State.OUT_OF_HOURS, at=at, reason=why)
    return transfer
