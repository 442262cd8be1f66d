"""Approved phrasings that should go: nobody has put it so for months, or they lead to an entry that isn't meant."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from knowledge_base.asked import Asked
from knowledge_base.entries import Approval, Entry, Phrasing

MONTH = timedelta(days=30)


def idle(*, months: int, listening_since: datetime | None, at: datetime) -> Select[Phrasing]:
    """Approved phrasings that no confirmed asking came near for so many months. One whose age isn't known counts
    from when askings began to be kept; nothing is idle before we have listened that long."""
    limit = at - months * MONTH
    if listening_since is None or listening_since > limit:
        return _approved(false())
    born = func.coalesce(Phrasing.heard_at, Phrasing.decided_at, Phrasing.proposed_at)
    return _approved(or_(born <= limit, born.is_(None))).order_by(born, Phrasing.id)


def astray() -> Select[Phrasing]:
    """Approved phrasings that, when last measured, led to their entry more often when another was meant."""
    return _approved(Phrasing.led_astray > Phrasing.led_right).order_by(Phrasing.led_astray.desc(), Phrasing.id)


def listening_since(session: Session) -> datetime | None:
    """When the first asking was kept that still is."""
    return session.scalar(select(func.min(Asked.at)))


def _approved(condition: ColumnElement[bool]) -> Select[Phrasing]:
    return select(Phrasing).join(Entry).where(Phrasing.approval == Approval.APPROVED, condition)
