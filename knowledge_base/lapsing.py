"""What passed its reviews and was never published, for its last day went by: it is given up, and that is told."""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.telling.notices import Topic, tell
from knowledge_base import life
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.sweep_notices import of_role

ENTRY = "entry"
"""The kind of thing that such a notice is about."""


def give_up(session: Session, version: EntryVersion, *, at: datetime) -> None:
    """It waits no longer, so that the next version can be written; the department's liaisons and leader are told, and
    the city's office where it has none."""
    life.lapse(session, version, at=at)
    entry = session.get_one(Entry, version.entry_id)
    own = [person for role in (Role.LIAISON, Role.LEADER) for person in of_role(session, role, entry.department_id)]
    tell(session, own or of_role(session, Role.CITY_OFFICE), Topic.LAPSED, key=f"lapsed:{version.id}", at=at,
         about=(ENTRY, entry.id), named=version.question, department_id=entry.department_id)  # fmt: skip
