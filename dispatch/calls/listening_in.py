"""监听: a supervisor hears a call while it goes on, from his own telephone; nobody hears him."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.tickets.tickets import Klass, Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from recordings.listening import Purpose

HEARD = (Step.LISTENED_IN, Step.LISTENING_CUT)


class ListeningError(Exception):
    """A call that may not be heard while it goes on; the text is fit for a person."""


def operator(session: Session, call: Call, *, by: Account) -> Account:
    """Whom this one may hear in the call, should he talk in it; ListeningError when nobody, as far as is known now."""
    talks = session.get(Account, call.operator_id) if call.operator_id and call.ended_at is None else None
    if talks is None or talks.id == by.id:
        raise ListeningError("该通话中现在没有其他接线员")
    if not by.extension:
        raise ListeningError("您的账号没有分机，请联系系统管理员")
    if is_secret(session, call):
        raise ListeningError("举报事项和要求保密的来电不得监听")
    return talks


def begin(session: Session, call: Call, *, purpose: Purpose, by: Account, at: datetime) -> None:
    """Note it in the trail and in the call's timeline, before his telephone is rung: whether he takes it or not."""
    heard = operator(session, call, by=by)
    audit.note(session, "call.listened_in", by=by.login, at=at, about=("call", call.id), operator=heard.login,
               purpose=purpose)  # fmt: skip
    calls.note(session, call.id, Step.LISTENED_IN, at=at, name=by.name, purpose=purpose)


def cut_off(session: Session, call: Call, *, extension: str, at: datetime) -> None:
    """Note that who hears the call by this telephone is hung up, since its matter is one that nobody listens in to;
    once for each time that he listened in."""
    by = session.scalar(select(Account).where(Account.extension == extension, Account.active.is_(True)))
    name, login = (by.name, by.login) if by else (extension, extension)
    mine = [step.kind for step in call.steps if step.kind in HEARD and step.detail.get("name") == name]
    if mine[-1:] != [Step.LISTENING_CUT]:
        audit.note(session, "call.listening_cut", by="hotline", at=at, about=("call", call.id), listener=login)
        calls.note(session, call.id, Step.LISTENING_CUT, at=at, name=name)


def is_secret(session: Session, call: Call) -> bool:
    """Whether a matter is a report or to be kept secret: one of this call, one that its caller asked after in it, or
    one whose reply he is told."""
    replied = select(Callback.ticket_id).join(Attempt, Attempt.callback_id == Callback.id)
    named = [str(step.detail["ticket"]) for step in call.steps if "ticket" in step.detail]
    matters = or_(Ticket.call_id == call.id, Ticket.number.in_(named),
                  Ticket.id.in_(replied.where(Attempt.call_id == call.id)))  # fmt: skip
    secret = or_(Ticket.confidential.is_(True), Ticket.klass == Klass.REPORT)
    return session.scalar(select(Ticket.id).where(matters, secret).limit(1)) is not None
