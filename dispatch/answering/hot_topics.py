"""突发热点 on the telephone: what the machine offers before it asks which department is meant, and who waits hears."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from dispatch.answering.answers import Offered, offered_among
from dispatch.answering.decision import Answer, Channel
from knowledge_base.entries import Entry
from knowledge_base.hot import pinned


def topics(session: Session, *, most: int, at: datetime, grace_days: int) -> list[Entry]:
    """What is pinned at that moment, of whatever department, and may be answered by the machine; the latest first."""
    return [one.entry for one, _ in sayable(session, most=most, at=at, grace_days=grace_days)]


def sayable(session: Session, *, most: int, at: datetime, grace_days: int) -> list[tuple[Offered, Answer]]:
    """The same with what the machine may say of each."""
    return list(islice(_answered(session, at=at, grace_days=grace_days), most))


def _answered(session: Session, *, at: datetime, grace_days: int) -> Iterator[tuple[Offered, Answer]]:
    ids = [entry.id for entry in pinned(session, at=at)]
    for found in offered_among(session, ids, channel=Channel.MACHINE, at=at, grace_days=grace_days).values():
        if isinstance(found.decision, Answer):
            yield found, found.decision
