"""How the talks with operators were handled: 直接答复率, the shares of 授权解答, 转接 and 录音交办, and 话后处理.
Counted in one look at the calls, beside what came of them; each figure's own condition, by which the list shows it,
stands in `dispatch/calls/handled.py`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer
from dispatch.calls.handled import AUTHORISED, CAME_OF_CALL, OVER, Handled
from dispatch.calls.tellings import Telling
from dispatch.figures.asked_hours import asked
from dispatch.figures.figures import Share
from dispatch.tickets.tickets import Ticket
from dispatch.transfers.transfers import Transfer
from hotline.durations import total_seconds

BEFORE, AFTER = timedelta(days=1), timedelta(days=7)
"""How far from a time whatever came of its calls may lie: an operator may write down what was said for some hours, and
a message may be taken in late."""


@dataclass(frozen=True)
class Talks:
    """Of the calls that a person answered and that are over, by how they were handled. `wrap_up`: the seconds that
    their operators wrote up, of those who said when they were done."""

    shares: dict[Handled, Share]
    wrapped_up: int
    wrap_up: float


def talks(session: Session, begins: datetime, ends: datetime) -> Talks:
    """The talks of the calls that began in a time."""
    near = begins - BEFORE, ends + AFTER
    ticket = _calls(Ticket.call_id, Ticket.intake_at, near, CAME_OF_CALL)
    transfer = _calls(Transfer.call_id, Transfer.began_at, near)
    telling = _calls(Telling.call_id, Telling.at, near, AUTHORISED)
    wrapped = _wrapped(near)
    counts = (
        func.count().filter(ticket.c.call_id.is_(None), transfer.c.call_id.is_(None)),
        func.count(telling.c.call_id), func.count(transfer.c.call_id), func.count(ticket.c.call_id), func.count(),
    )  # fmt: skip
    query = select(*counts, func.count(wrapped.c.call_id), func.sum(wrapped.c.seconds)).select_from(Call)
    for beside in (ticket, transfer, telling, wrapped):
        query = query.outerjoin(beside, beside.c.call_id == Call.id)
    *parts, whole, many, seconds = session.execute(query.where(asked(begins, ends), OVER)).one()
    kinds = Handled.DIRECT, Handled.AUTHORISED, Handled.TRANSFERRED, Handled.REFERRED
    shares = {kind: Share(part, whole) for kind, part in zip(kinds, parts, strict=True)}
    return Talks(shares, many, seconds or 0.0)


def _calls(call_id: InstrumentedAttribute[Any], moment: InstrumentedAttribute[datetime],
           near: tuple[datetime, datetime], *so: ColumnElement[bool]) -> Subquery:
    """The calls of which something came."""
    return select(call_id).where(moment >= near[0], moment < near[1], *so).distinct().subquery()


def _wrapped(near: tuple[datetime, datetime]) -> Subquery:
    """The calls that were written up, and for how long: by several operators where several spoke in one."""
    since = Offer.wrapped_up_at.is_not(None), Offer.ended_at >= near[0], Offer.ended_at < near[1]
    took = total_seconds(Offer.ended_at, Offer.wrapped_up_at).label("seconds")
    return select(Offer.call_id, took).where(*since).group_by(Offer.call_id).subquery()
