"""The words that who asks is likely to say: what a recogniser is told beforehand."""

from collections import Counter
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.entries import Entry, EntryVersion, State, stands


def likely_words(session: Session, *, on: date, most: int = 80) -> list[str]:
    """Keywords of what may be asked on a day, those first that are asked for most and that most questions share."""
    rows = session.execute(
        select(Entry.asked, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.state == State.PUBLISHED)
    )
    weights: Counter[str] = Counter()
    for asked, version in rows:
        if stands(version, on=on):
            weights.update(dict.fromkeys(version.keywords, asked + 1))
    return [word for word, _ in weights.most_common(most)]
