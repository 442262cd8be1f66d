"""What happens by itself: a version whose moment has come is published, one whose last day is over expires, or is given
up where it was never published.

Nothing is told too early or too long when nobody sweeps: before its publication a version stands nowhere, and after
its last day none is in force (`entries.stands`)."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.settings import Settings
from hotline.times import local_day
from knowledge_base import lapsing, life
from knowledge_base.entries import EntryVersion
from knowledge_base.stages import Stage

AGAIN = timedelta(hours=1)
"""After so long what couldn't be published is tried again."""


def owed(session: Session, *, at: datetime, most: int = 100) -> list[int]:
    """The ids of versions that wait to be published, to expire or to be given up at this moment."""
    day = local_day(at)
    tried = or_(EntryVersion.put_off_until.is_(None), EntryVersion.put_off_until <= at)
    due = (tried, EntryVersion.stage == Stage.PASSED, EntryVersion.valid_from <= day,
           or_(EntryVersion.valid_to.is_(None), EntryVersion.valid_to >= day),
           or_(EntryVersion.publish_at.is_(None), EntryVersion.publish_at <= at))  # fmt: skip
    over = (EntryVersion.valid_to < day, EntryVersion.stage.in_((Stage.PUBLISHED, Stage.PASSED)))
    ids = [*session.scalars(select(EntryVersion.id).where(*over).order_by(EntryVersion.id).limit(most)),
           *session.scalars(select(EntryVersion.id).where(*due).order_by(EntryVersion.id).limit(most))]  # fmt: skip
    return ids[:most]


def settle(session: Session, version_id: int, *, settings: Settings, at: datetime) -> None:
    """Do what the version is owed; LifeError when it can't be published, and then it stays where it is."""
    version = session.get_one(EntryVersion, version_id)
    if version.stage == Stage.PASSED and life.is_due(version, at=at):
        life.publish(session, version, by=None, settings=settings, at=at)
    elif version.valid_to is not None and version.valid_to < local_day(at):
        if version.stage == Stage.PUBLISHED:
            life.expire(session, version, at=at)
        elif version.stage == Stage.PASSED:
            lapsing.give_up(session, version, at=at)


def put_off(session: Session, version_id: int, *, why: str, at: datetime) -> None:
    """It can't be published now: who keeps it sees why, and it holds up nothing that comes after it."""
    version = session.get_one(EntryVersion, version_id, with_for_update=True)
    version.put_off_until, version.put_off_because = at + AGAIN, why[:200]
