"""Rings that nobody took: each that the exchange wrote down is one offer, that which was seen live or a new one."""

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.calls.desk import Offer
from dispatch.calls.queue_events import QueueEvent
from dispatch.calls.queue_lines import Written
from hotline.accounts.accounts import Account

NEAR = timedelta(seconds=5)
"""The book has whole seconds, the listener notes what it has heard: so far one ring's moments may lie apart."""


def note(session: Session, ring: Written, *, call_id: str, account: Account) -> int | None:
    """The offer that this ring is; None for a call that nobody knows. Each offer is taken for one ring alone: in the
    end there are as many as the exchange counts, whichever of them was seen live."""
    if session.get(Call, call_id) is None:
        return None
    began = ring.at - timedelta(seconds=ring.seconds or 0.0)
    offer = _seen(session, call_id, account, began, ring.at)
    if offer is None:
        offer = Offer(call_id=call_id, account_id=account.id, at=began)
        session.add(offer)
        calls.note(session, call_id, Step.OFFERED, at=began, operator=account.login)
    if offer.at > began + NEAR:  # heard of late, or found by a look at the exchange after a gap
        offer.at = began
    _ended(session, offer, account, at=ring.at)
    session.flush()
    return offer.id


def _seen(session: Session, call_id: str, account: Account, began: datetime, ended: datetime) -> Offer | None:
    """The nearest that no other ring is, of those that were not answered: one that began while it rang, or that was
    noted afterwards and is over. What rings now is left to him at whose desk it rings."""
    taken = exists().where(QueueEvent.call_id == call_id, QueueEvent.offer_id == Offer.id)
    meanwhile, later = Offer.at.between(began - NEAR, max(began + NEAR, ended)), Offer.at > began
    rows = session.scalars(select(Offer).where(
        Offer.call_id == call_id, Offer.account_id == account.id, Offer.answered_at.is_(None), ~taken,
        or_(meanwhile, and_(later, Offer.ended_at.is_not(None))))).all()  # fmt: skip
    return min(rows, key=lambda row: abs(row.at - began), default=None)


def _ended(session: Session, offer: Offer, account: Account, *, at: datetime) -> None:
    """It rings no more; what was found out later than it happened is put right."""
    if offer.ended_at is not None and offer.ended_at <= at + NEAR:
        return
    if offer.ended_at is None:
        calls.note(session, offer.call_id, Step.MISSED, at=at, operator=account.login)
    offer.ended_at, offer.outcome = at, "missed"
