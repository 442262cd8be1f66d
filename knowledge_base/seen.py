"""What the signer of an authorisation has before his eyes: the questions that it speaks of, each in a version."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.authorisations import Authorisation, leave_of, subject_of
from knowledge_base.entries import Entry, EntryVersion, State, stands
from knowledge_base.errors import KnowledgeError
from knowledge_base.leave import speaks_of, takes_out

_ONE = re.compile(r"\b([0-9]{1,9})\.([0-9]{1,9})\b")
Seen = frozenset[tuple[int, int]]
"""Entries, each with the number of its version."""
Meant = list[tuple[Entry, EntryVersion]]


@dataclass(frozen=True)
class Since:
    """Which entries came, went, or say something else since somebody looked."""

    came: frozenset[int]
    went: frozenset[int]
    renewed: frozenset[int]


class ChangedSince(KnowledgeError):
    """What would be signed isn't what the signer saw."""

    def __init__(self, since: Since) -> None:
        super().__init__("您打开页面之后，本授权涉及的问题有变动，尚未签发。请按下面列出的变动重新核对后再签发")
        self.since = since


def meant(session: Session, a: Authorisation, *, on: date, hold: bool = False) -> Meant:
    """What it speaks of on that day, whether it's signed or not, most asked first; `hold`: nobody publishes, moves or
    takes one of these entries away until the transaction ends."""
    query = (
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.department_id == a.department_id, Entry.state == State.PUBLISHED)
        .order_by(Entry.asked.desc(), Entry.id)
    )
    query = query.with_for_update(read=True, of=Entry) if hold else query
    leave = leave_of(a)
    return [(entry, version) for entry, version in session.execute(query)
            if stands(version, on=on) and speaks_of(leave, subject_of(entry))
            and not takes_out(leave, subject_of(entry))]  # fmt: skip


def seen(of: Meant) -> Seen:
    return frozenset((entry.id, version.number) for entry, version in of)


def check(session: Session, a: Authorisation, before: Seen, *, on: date) -> None:
    """ChangedSince where the authorisation no longer speaks of exactly what was seen."""
    now = seen(meant(session, a, on=on, hold=True))
    if now != before:
        were, are = {entry_id for entry_id, _ in before}, {entry_id for entry_id, _ in now}
        renewed = {entry_id for entry_id, _ in now - before}
        raise ChangedSince(Since(frozenset(are - were), frozenset(were - are), frozenset(renewed & were)))


def told(of: Seen) -> str:
    """What was seen as a form carries it."""
    return " ".join(f"{entry_id}.{number}" for entry_id, number in sorted(of))


def read(text: str) -> Seen:
    """The same read again; what is no such thing was never seen."""
    return frozenset((int(entry_id), int(number)) for entry_id, number in _ONE.findall(text))
