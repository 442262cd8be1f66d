"""What ends a matter beside the line: 撤单 by its caller, 作废 by the office, 不予受理, and passed on to 12345."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.passed.passed_fields import spelled
from dispatch.passed.passed_matters import SOURCE
from dispatch.tickets import caller_told, joint, merging, new_day
from dispatch.tickets.caller_told import Word
from dispatch.tickets.states import Action
from dispatch.tickets.steps import ReferralError, move, reasoned, written
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.settings import Settings
from hotline.telling import sms


def withdraw(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """撤单: the caller wants it followed no more, in his words as the operator heard them."""
    _end(session, ticket, Action.WITHDRAW, why=reasoned(why, "请写明来电人撤单的原因"), by=by, at=at)


def void(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """作废: written down by mistake, or no matter at all."""
    _end(session, ticket, Action.VOID, why=reasoned(why, "作废必须说明理由"), by=by, at=at)


def not_accept(session: Session, ticket: Ticket, *, why: str, where: str, by: Account, settings: Settings,
               at: datetime) -> None:  # fmt: skip
    """不予受理: with the reason, and with where the caller should go instead; that it is so is told to him."""
    ground, instead = reasoned(why, "不予受理必须说明理由"), reasoned(where, "请写明应向何处反映")
    _end(session, ticket, Action.NOT_ACCEPT, why=ground, by=by, at=at, where=instead)
    spoken = (f"{caller_told.which(ticket)}，不属于热线受理范围。应向何处反映，请凭编号和查询码登录网站查询，"
              f"或者拨打{settings.number}，由接线员告诉您。")  # fmt: skip
    word = Word(sms.NOT_ACCEPTED, {"number": ticket.number}, spoken)
    caller_told.owe(session, ticket, word, key=f"ticket:{ticket.id}:not_accepted", settings=settings, at=at)


def pass_on(session: Session, ticket: Ticket, *, number: str, why: str, by: Account, at: datetime) -> None:
    """转12345: it goes on there, under the number that it has there; what came from there goes back under its own."""
    ground = reasoned(why, "转12345必须说明理由")
    if ticket.source != SOURCE:
        ticket.foreign_number = foreign(session, number)
    _end(session, ticket, Action.PASS_ON, why=ground, by=by, at=at, foreign=ticket.foreign_number)


def foreign(session: Session, number: str) -> str:
    """A number of 12345 as it is kept; ReferralError where it is none, or stands on a ticket of ours already."""
    kept = spelled(number)
    if not kept:
        raise ReferralError("请填写12345的工单编号")
    known = session.scalar(select(Ticket.number).where(Ticket.foreign_number == kept))
    if known is not None:
        raise ReferralError(f"该12345工单已登记为{known}")
    return kept


def _end(session: Session, ticket: Ticket, action: Action, *, why: str, by: Account, at: datetime,
         **detail: str) -> None:
    source = move(ticket, action, by=by, at=at)
    ticket.closed_at, ticket.rung_at, ticket.extension_asked = at, None, None
    written(session, ticket, action, by=by, source=source, at=at, why=why, **detail)
    joint.end_all(session, ticket, why="工单已结束", by="hotline", at=at)
    merging.let_go(session, ticket, at=at)
    new_day.over(session, ticket, at=at)
