"""What of a version is spoken: ordered from the voice before anybody asks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hotline.voice import orders
from knowledge_base.entries import Entry, EntryVersion, State


def order(session: Session, version: EntryVersion, *, summary: bool = True, voice: str, at: datetime) -> list[str]:
    """Order the question, the answer and its summary, which is spoken where no more is allowed; their sounds' names."""
    texts = [version.question, version.spoken, *([version.summary] if summary and version.summary else [])]
    return [name for text in texts for name in orders.order(session, text, voice=voice, at=at)]


def published(session: Session) -> Sequence[tuple[Entry, EntryVersion]]:
    """All that is published, with the version in force, in the order of departments."""
    query = (
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.state == State.PUBLISHED)
        .order_by(Entry.department_id, Entry.id)
        .options(joinedload(Entry.department))
    )
    return [(entry, version) for entry, version in session.execute(query)]
