"""突发热点: a published entry that is pinned first for a while, and expires by itself."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import Session

from knowledge_base.entries import Entry, State


def hot_at(at: datetime) -> ColumnElement[bool]:
    """Whether an entry is published and pinned at that moment, as a condition."""
    still = (Entry.hot_until > at) | Entry.hot_until.is_(None)
    return (Entry.state == State.PUBLISHED) & (Entry.hot_from <= at) & still


def first(at: datetime) -> ColumnElement[int]:
    """What to order a list by so that the pinned stand first."""
    return case((hot_at(at), 0), else_=1)


def pinned(session: Session, *, at: datetime, department_id: int | None = None) -> list[Entry]:
    """What is pinned at that moment, the latest first; of one department, or of all."""
    query: Select[Entry] = select(Entry).where(hot_at(at)).order_by(Entry.hot_from.desc(), Entry.id)
    if department_id is not None:
        query = query.where(Entry.department_id == department_id)
    return list(session.scalars(query))
