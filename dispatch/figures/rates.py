"""The rates of departments, each defined here alone: which handings count, and which of them are the part."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select

from dispatch.tickets.handings import Handing, Way
from dispatch.tickets.referrals import DISSATISFIED
from dispatch.tickets.states import Action, State
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import WITH_DEPARTMENT


class Rate(StrEnum):
    """A rate of the matters that were handed to a department in some time."""

    ACCEPTED = "accepted"  # 按时签收率
    ANSWERED = "answered"  # 按时办结率
    RETURNED = "returned"  # 退单率
    EXTENDED = "extended"  # 延期率
    REDONE = "redone"  # 重办率
    REACHED = "reached"  # 回访率
    SOLVED = "solved"  # 解决率
    SATISFIED = "satisfied"  # 满意率


@dataclass(frozen=True)
class Counted:
    """Which handings a rate counts, and which of these are its part."""

    whole: ColumnElement[bool]
    part: ColumnElement[bool]


def counted(rate: Rate, *, at: datetime) -> Counted:
    """What a rate is counted of at this moment."""
    first, stands = Handing.way == Way.HANDED, Handing.over_at.is_(None)
    match rate:
        case Rate.ACCEPTED:  # who gave it back, or lost it otherwise, without accepting is not late
            late = and_(stands, _stand(Ticket.state == State.TO_ACCEPT), Handing.accept_by < at)
            whole = and_(Handing.accept_by.is_not(None), or_(Handing.accepted_at.is_not(None), late))
            return Counted(whole, Handing.accepted_at <= Handing.accept_by)
        case Rate.ANSWERED:  # what waits for the caller is not late; what was sent back is not answered
            answered = and_(Handing.answered_at.is_not(None), Handing.due_at.is_not(None))
            late = and_(stands, Handing.answered_at.is_(None),
                        _stand(Ticket.state.in_(WITH_DEPARTMENT), Ticket.due_at < at))  # fmt: skip
            return Counted(or_(answered, late), Handing.answered_at <= Handing.due_at)
        case Rate.RETURNED:
            return Counted(first, Handing.ended == Action.RETURN)
        case Rate.EXTENDED:
            own = and_(Handing.way != Way.ALONG, Handing.ended != Action.SUCCEED)
            return Counted(own, Handing.extended_days > 0)
        case Rate.REDONE:
            return Counted(Handing.reached.is_(True), Handing.ended.in_((Action.REDO, Action.REDO_AGAIN)))
        case Rate.REACHED:  # 表扬 and 建议 need no call-back: they have no say whether anybody was reached
            return Counted(Handing.reached.is_not(None), Handing.reached.is_(True))
        case Rate.SOLVED:
            return Counted(Handing.solved.is_not(None), Handing.solved.is_(True))
        case Rate.SATISFIED:
            return Counted(Handing.satisfaction.is_not(None), Handing.satisfaction < DISSATISFIED)


def _stand(*so: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a handing's ticket stands so now. Of all that were ever handed few do: they are looked up once, and no
    ticket is read for the handings that are over."""
    return Handing.ticket_id.in_(select(Ticket.id).where(*so))
