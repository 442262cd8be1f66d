"""How the talks with operators were handled: 直接答复率, the shares of 授权解答, 转接 and 录音交办, and 话后处理.
Counted of what came of calls, looked at once; each figure's own condition, by which the list shows it, stands in
`dispatch/calls/handled.py`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer
from dispatch.calls.handled import AUTHORISED, CAME_OF_CALL, OVER, Handled
from dispatch.calls.tellings import Telling
from dispatch.figures.asked_hours import asked
from dispatch.figures.figures import Share
from dispatch.tickets.tickets import Ticket
from dispatch.transfers.transfers import Transfer
from hotline.durations import seconds

BEFORE, AFTER = timedelta(days=1), timedelta(days=7)
"""How far from a time whatever came of its calls may lie: an operator may write down what was said for some hours, and
a message may be taken in late."""
CAME = Handled.AUTHORISED, Handled.TRANSFERRED, Handled.REFERRED, Handled.WRAPPED_UP


@dataclass(frozen=True)
class Talks:
    """Of the calls that a person answered and that are over, by how they were handled. `wrap_up`: the seconds that
    their operators wrote up, of those who said when they were done."""

    shares: dict[Handled, Share]
    wrapped_up: int
    wrap_up: float


def talks(session: Session, begins: datetime, ends: datetime, *, over: int) -> Talks:
    """The talks of the calls that began in a time, of which so many are over."""
    near = begins - BEFORE, ends + AFTER
    wrote = Offer.wrapped_up_at.is_not(None)
    came = union_all(
        _came(Handled.REFERRED, Ticket.call_id, Ticket.intake_at, near, CAME_OF_CALL),
        _came(Handled.TRANSFERRED, Transfer.call_id, Transfer.began_at, near),
        _came(Handled.AUTHORISED, Telling.call_id, Telling.at, near, AUTHORISED),
        _came(Handled.WRAPPED_UP, Offer.call_id, Offer.ended_at, near, wrote,
              took=seconds(Offer.ended_at, Offer.wrapped_up_at)),
    ).subquery()  # fmt: skip
    kinds = (func.count().filter(came.c.kind == n).label(kind) for n, kind in enumerate(CAME))
    each = select(came.c.call_id, *kinds, func.sum(came.c.took).label("took")).group_by(came.c.call_id).subquery()
    with_department = or_(each.c[Handled.TRANSFERRED] > 0, each.c[Handled.REFERRED] > 0)
    counts = (func.count().filter(so) for so in (with_department, *(each.c[kind] > 0 for kind in CAME)))
    query = select(*counts, func.sum(each.c.took)).select_from(each).join(Call, Call.id == each.c.call_id)
    departments, *parts, wrapped, took = session.execute(query.where(asked(begins, ends), OVER)).one()
    shares = {kind: Share(part, over) for kind, part in zip(CAME, parts, strict=False)}
    return Talks({Handled.DIRECT: Share(over - departments, over)} | shares, wrapped, took or 0.0)


def _came(kind: Handled, call_id: InstrumentedAttribute[Any], moment: InstrumentedAttribute[Any],
          near: tuple[datetime, datetime], *so: ColumnElement[bool], took: Any = None) -> Select[Any]:
    """What came of calls, a row each; of one that was written up how many seconds it took."""
    lasted = literal(0.0) if took is None else took
    own = call_id.label("call_id"), literal(CAME.index(kind)).label("kind"), lasted.label("took")
    return select(*own).where(moment >= near[0], moment < near[1], *so)
