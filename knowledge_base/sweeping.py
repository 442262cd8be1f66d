"""Sweeping again (常态化保密审查): what is published is looked at for secrets at intervals, and pulled at once."""

from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.times import CHINA
from knowledge_base import hands, life
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import Deed
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError


def due(account: Account | None, *, on: date, days: int) -> Select[Entry]:
    """The published entries within this account's reach (None: all) that nobody has swept for so many days, longest
    first."""
    limit, midnight = days_ago(on, days)
    never = Entry.swept_on.is_(None) & or_(EntryVersion.published_at.is_(None), EntryVersion.published_at < midnight)
    return (
        select(Entry).join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.state == State.PUBLISHED, hands.within(Entry.department_id, account))
        .where(or_(Entry.swept_on <= limit, never))
        .order_by(func.coalesce(Entry.swept_on, EntryVersion.valid_from), Entry.id)
    )  # fmt: skip


def days_ago(on: date, days: int) -> tuple[date, datetime]:
    """The day so many days before, and the moment at which it ended."""
    limit = on - timedelta(days=days)
    return limit, datetime(limit.year, limit.month, limit.day, tzinfo=CHINA) + timedelta(days=1)


def find_fit(session: Session, entry: Entry, *, by: Account, at: datetime, why: str = "") -> None:
    """The reviewer looked again, and it may stay."""
    life.look_again(session, standing(session, entry), by=by, at=at, why=why)


def pull(session: Session, entry: Entry, *, clause: str, by: Account, at: datetime, why: str = "") -> None:
    """The reviewer looked again, and it may not stay: it is withdrawn at once, by the clause that he names."""
    if not clause.strip():
        raise LifeError("撤下须写明依据的条款")
    life.take_down(session, standing(session, entry), Deed.PULLED, by=by, at=at, why=why, clause=clause)


def standing(session: Session, entry: Entry) -> EntryVersion:
    """What of the entry is published; LifeError where nothing is."""
    query = select(EntryVersion).where(EntryVersion.entry_id == entry.id, EntryVersion.stage == Stage.PUBLISHED)
    version = session.scalar(query)
    if version is None:
        raise LifeError("该条目当前没有已发布的版本")
    return version
