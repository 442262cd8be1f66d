"""How much of what is published may be answered, entry by entry and department by department, and on whose word."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import sayable_of
from dispatch.answering.decision import Answer, Channel, Decision, judge
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.authorisations import leaves_among, subject_of
from knowledge_base.entries import Entry, EntryVersion, State, stands
from knowledge_base.leave import Form


class Saying(StrEnum):
    """What the machine says of an entry, most first."""

    FULL = "full"
    SUMMARY = "summary"
    CONTACT = "contact"  # authorised for the name and phone alone, or for a summary that isn't there
    PAUSED = "paused"  # authorised, and overdue for confirmation
    NONE = "none"  # not authorised: the name and phone all the same


@dataclass(frozen=True)
class Judged:
    """A published entry and what may be said of it."""

    entry: Entry
    version: EntryVersion
    decision: Decision

    @property
    def saying(self) -> Saying:
        match self.decision:
            case Answer(form=Form.SUMMARY):
                return Saying.SUMMARY
            case Answer():
                return Saying.FULL
            case contact if contact.paused:
                return Saying.PAUSED
            case contact:
                return Saying.NONE if contact.authorisation_id is None else Saying.CONTACT


@dataclass(frozen=True)
class Coverage:
    """A department's published entries, counted by what is said of them."""

    department: Department
    counts: dict[Saying, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def spoken(self) -> int:
        return self.counts[Saying.FULL] + self.counts[Saying.SUMMARY]


def judged(session: Session, departments: Sequence[Department], *, channel: Channel = Channel.MACHINE, at: datetime,
           grace_days: int) -> Iterator[Judged]:
    """Every entry of these departments that is in force, with what may be said of it through that channel now."""
    on, of = local_day(at), defaultdict[int, list[tuple[Entry, EntryVersion]]](list)
    for entry, version in _in_force(session, [d.id for d in departments]):
        if stands(version, on=on):
            of[entry.department_id].append((entry, version))
    given = leaves_among(session, departments, on=on, grace_days=grace_days)
    for department in departments:
        for entry, version in of[department.id]:
            sayable = sayable_of(entry, version, department, channel=channel, on=on, grace_days=grace_days)
            decision = judge(sayable, subject_of(entry), given[department.id], channel=channel, on=on, at=at)
            yield Judged(entry, version, decision)


def coverage(session: Session, departments: Sequence[Department], *, at: datetime, grace_days: int) -> list[Coverage]:
    """The picture: for each department how many of its published entries the machine answers, and in which form."""
    counts = {d.id: dict.fromkeys(Saying, 0) for d in departments}
    for one in judged(session, departments, at=at, grace_days=grace_days):
        counts[one.entry.department_id][one.saying] += 1
    return [Coverage(d, counts[d.id]) for d in departments]


def _in_force(session: Session, ids: Iterable[int]) -> list[tuple[Entry, EntryVersion]]:
    rows = session.execute(
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.department_id.in_(list(ids)), Entry.state == State.PUBLISHED)
        .order_by(Entry.asked.desc(), Entry.id)  # whose they are, the caller holds already
    )  # fmt: skip
    return [(entry, version) for entry, version in rows]
