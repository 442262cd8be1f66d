"""突发热点 on the telephone: what the machine offers before it asks which department is meant."""

from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from dispatch.answers import offered
from dispatch.decision import Answer, Channel
from knowledge_base.entries import Entry
from knowledge_base.hot import pinned


def topics(session: Session, *, most: int, at: datetime, grace_days: int) -> list[Entry]:
    """What is pinned at that moment, of whatever department, and may be answered by the machine; the latest first."""

    def sayable(entry: Entry) -> bool:
        found = offered(session, entry.id, channel=Channel.MACHINE, at=at, grace_days=grace_days)
        return found is not None and isinstance(found.decision, Answer)

    return list(islice(filter(sayable, pinned(session, at=at)), most))
