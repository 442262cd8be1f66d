"""The way from an entry to what may be said of it now: version, authorisation, decision."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.decision import Channel, Decision, Sayable, decide
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import authorisations
from knowledge_base.entries import Entry, EntryVersion, in_force


@dataclass(frozen=True)
class Offered:
    """An entry with what may be said of it."""

    entry: Entry
    version: EntryVersion
    department: Department
    decision: Decision


def offered(session: Session, entry_id: int, *, channel: Channel, at: datetime) -> Offered | None:
    """What may be said of an entry at this moment; None when it isn't in force."""
    day = local_day(at)
    found = in_force(session, entry_id, on=day)
    if found is None:
        return None
    entry, version = found
    cover = authorisations.cover(
        authorisations.of_department(session, entry.department_id), entry_id=entry.id,
        department_id=entry.department_id, category=entry.category, on=day, at=at,
    )  # fmt: skip
    spoken = version.spoken if channel is Channel.MACHINE else version.answer
    return Offered(entry, version, entry.department, decide(Sayable(spoken, version.summary), cover, channel=channel))
