"""延期: the department asks for more working days before its time is over; the competent office decides, once a ticket.

What is granted makes the promise to the caller longer too: he is told the new day, and so is whoever asks how
his matter stands."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.clocks import deadlines, promises, rules
from dispatch.tickets import joint, merging, new_day
from dispatch.tickets.states import Action
from dispatch.tickets.steps import ReferralError, move, reasoned, written
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.settings import Settings


def ask(session: Session, ticket: Ticket, *, days: int, why: str, by: Account, settings: Settings,
        at: datetime) -> None:
    """The department asks, with a ground; its clock runs on until the office has decided."""
    ground = reasoned(why, "申请延期必须说明理由")
    most = rules.of(ticket, settings=settings).extension_days
    wrong = "" if 1 <= days <= most else f"延期应为1至{most}个工作日"
    source = move(ticket, Action.ASK_EXTENSION, by=by, at=at, given=wrong)
    ticket.extension_asked = days
    written(session, ticket, Action.ASK_EXTENSION, by=by, source=source, at=at, why=ground, days=days)


def grant(session: Session, ticket: Ticket, *, why: str = "", by: Account, settings: Settings, at: datetime) -> None:
    """Both clocks get the days that were asked for, each with its lines; so does the promise to each whose matter goes
    with it. Who owes a share no later than the department's answer has it longer, too."""
    source = move(ticket, Action.EXTEND, by=by, at=at)
    days = _asked(ticket)
    ticket.extended_days = ticket.promise_extended = days
    deadlines.set_due(session, ticket, settings=settings)
    deadlines.set_promise(session, ticket, settings=settings)
    joint.count_again(session, ticket, settings=settings)
    written(session, ticket, Action.EXTEND, by=by, source=source, at=at, why=why.strip(), days=days)
    new_day.tell(session, ticket, settings=settings, at=at)
    for one in merging.of(session, ticket):
        promises.along(session, one, ticket, settings=settings, at=at)


def refuse(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """Nothing moves; the department reads why."""
    ground = reasoned(why, "不同意延期必须说明理由")
    source = move(ticket, Action.REFUSE_EXTENSION, by=by, at=at)
    _asked(ticket)
    written(session, ticket, Action.REFUSE_EXTENSION, by=by, source=source, at=at, why=ground)


def _asked(ticket: Ticket) -> int:
    """The days that wait for the decision, which wait no longer."""
    days, ticket.extension_asked = ticket.extension_asked, None
    if days is None:
        raise ReferralError("没有等待决定的延期申请")
    return days
