"""The call that lies on an operator's desk: ringing, being spoken, or just ended and still to be written up."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from dispatch.calls import desk
from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer

WRITING_UP = timedelta(minutes=30)
"""How long an ended call stays on the desk unless the operator puts it away."""
STILL_ITS_OWN = timedelta(hours=4)
"""How long after a call its operator may still note what was told in it, and write its matters down."""


def on_desk(session: Session, account_id: int, *, at: datetime) -> Offer | None:
    """The current offer, else the last that this operator answered a while ago."""
    query = (
        select(Offer)
        .where(Offer.account_id == account_id, Offer.answered_at.is_not(None), Offer.ended_at > at - WRITING_UP)
        .order_by(Offer.id.desc()).limit(1)
    )  # fmt: skip
    return desk.current(session, account_id) or session.scalar(query)


def wrapped_up(session: Session, offer_id: int, account_id: int, *, at: datetime) -> None:
    """What this operator answered is written up (话后处理): noted once, when he says so."""
    own = Offer.id == offer_id, Offer.account_id == account_id
    ended = Offer.answered_at.is_not(None), Offer.ended_at.is_not(None), Offer.wrapped_up_at.is_(None)
    session.execute(update(Offer).where(*own, *ended).values(wrapped_up_at=at))


def answered_by(session: Session, call_id: str, account_id: int, *, at: datetime) -> Call | None:
    """The call, if this operator answered it, or rang the citizen, and it isn't long over; None otherwise."""
    taken = select(Offer.call_id).where(
        Offer.account_id == account_id, Offer.answered_at.is_not(None),
        or_(Offer.ended_at.is_(None), Offer.ended_at > at - STILL_ITS_OWN),
    )  # fmt: skip
    rang = and_(Call.direction == "out", Call.operator_id == account_id, Call.began_at > at - STILL_ITS_OWN)
    return session.scalar(select(Call).where(Call.id == call_id, or_(Call.id.in_(taken), rang)))


def waiting(session: Session) -> int:
    """How many callers wait in the queue."""
    query = select(func.count()).select_from(Call).where(
        Call.queued_at.is_not(None), Call.answered_at.is_(None), Call.ended_at.is_(None)
    )  # fmt: skip
    return session.scalar(query) or 0
