"""联系来电人: a department speaks with its caller through 96128 alone. Its liaison's telephone is rung, then the
caller's; both see the hotline's number, the call is recorded, and what became of it stands in the history."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.calls import calls, settling
from dispatch.line.dialable import dialable
from dispatch.tickets import reach
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError, held
from dispatch.tickets.tickets import Ticket
from hotline import audit, phones
from hotline.accounts.accounts import Account
from hotline.calendar.hours import read_hours
from hotline.directory.liaisons import Liaison
from hotline.settings import Settings
from recordings import recordings

CONTACT = "contact"  # in the ticket's history
OPEN = frozenset({State.TO_ACCEPT, State.IN_HAND, State.NEEDS_FACTS})
"""States in which the department has something to ask its caller."""
NOT_RUNG = "not_rung"
ANSWERED = "answered"  # the call-back then confirms it, and doesn't tell it again
OUTCOMES = {"reached": "已与来电人通话", ANSWERED: "已在通话中答复来电人", "no_answer": "来电人未接",
            "refused": "来电人不愿通话", "wrong_person": "接听者非本人",
            NOT_RUNG: "联络员电话未接通，未拨来电人"}  # fmt: skip


def may(session: Session, ticket: Ticket, *, account: Account) -> bool:
    """Whether he may have the caller rung: his department's ticket, in hand, of a caller whom it may know of."""
    own = account.department_id is not None and account.department_id == ticket.department_id
    known = reach.sees_caller(session, ticket, account=account) and phones.is_reachable(ticket.contact)
    return own and ticket.state in OPEN and known


def ring(session: Session, ticket: Ticket, *, liaison_id: int, by: Account, settings: Settings,
         at: datetime) -> tuple[CallerContact, str]:
    """Note that a liaison's telephone, and then the caller's, is about to ring; the exchange is asked after the commit.
    The liaison's telephone too. Who presses twice rings once."""
    held(session, ticket)
    if not may(session, ticket, account=by):
        raise ReferralError("该事项不能联系来电人")
    if not read_hours(settings.callback_hours).holds(at):
        raise ReferralError("现在不是回访时间，请在规定时间内拨打")
    if running(session, ticket) is not None:
        raise ReferralError("请先记录本次拨打的结果")
    liaison = session.get(Liaison, liaison_id)
    own = dialable(liaison.phone, may_dial=settings.operators_may_dial) if liaison else ""
    if liaison is None or liaison.department_id != ticket.department_id or not own:
        raise ReferralError("请选择本单位联络员的电话")
    call_id = calls.mint_id(at)
    calls.begin(session, call_id, caller=ticket.contact, dialled=ticket.contact, direction="out",
                node=settings.exchange_node, taken_from="liaison", at=at)  # fmt: skip
    recordings.expect(session, call_id, kind=recordings.Kind.CALL, spool=settings.spool, at=at)
    row = CallerContact(id=uuid.uuid4().hex, ticket_id=ticket.id, call_id=call_id, by=by.login, at=at)
    session.add(row)
    audit.note(session, "ticket.contact", by=by.login, at=at, about=("ticket", ticket.number), call=call_id)
    return row, own


def running(session: Session, ticket: Ticket) -> CallerContact | None:
    """The one whose end the department that has it now has not written up yet: what another's talk came to it can't
    know."""
    query = select(CallerContact).where(CallerContact.ticket_id == ticket.id, CallerContact.outcome == "")
    if ticket.dispatched_at is not None:
        query = query.where(CallerContact.at >= ticket.dispatched_at)
    return session.scalar(query.order_by(CallerContact.at.desc()).limit(1))


def answered(session: Session, ticket: Ticket) -> CallerContact | None:
    """The talk in which the department answered its caller, since it was handed the matter, or has it to do again."""
    query = select(CallerContact).where(CallerContact.ticket_id == ticket.id, CallerContact.outcome == ANSWERED)
    if ticket.due_from is not None:
        query = query.where(CallerContact.at >= ticket.due_from)
    return session.scalar(query.order_by(CallerContact.at.desc()).limit(1))


def write_up(session: Session, ticket: Ticket, *, outcome: str, words: str, by: Account, at: datetime) -> None:
    """What became of it, as the department says; what was spoken of belongs to it."""
    held(session, ticket)
    row = running(session, ticket)
    if row is None or outcome not in OUTCOMES:
        raise ReferralError("请选择本次拨打的结果")
    if outcome in ("reached", ANSWERED) and not words.strip():
        raise ReferralError("请记录通话情况")
    _ended(session, ticket, row, outcome, words, by=by.login, at=at)


def rang_out(session: Session, contact_id: str, *, at: datetime) -> bool:
    """The liaison's telephone wasn't taken, or the exchange refused: the caller's never rang. Whether it was one."""
    row = session.get(CallerContact, contact_id)
    if row is None or row.outcome:
        return False
    _ended(session, session.get_one(Ticket, row.ticket_id), row, NOT_RUNG, "", by="hotline", at=at)
    settling.end(session, row.call_id, at=at, place="callback")
    return True


def _ended(session: Session, ticket: Ticket, row: CallerContact, outcome: str, words: str, *, by: str,
           at: datetime) -> None:
    row.outcome, row.ended_at = outcome, at
    why = "：".join(filter(None, (OUTCOMES[outcome], words.strip())))[:500]
    write_step(session, ticket, CONTACT, by=by, source=ticket.state, at=at, why=why, call=row.call_id)
