"""The words that who asks is likely to say: what a recogniser is told beforehand."""

from collections import Counter
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.entries import Entry, EntryVersion, State, stands

HARD = 3
"""Characters from which a word needs telling: shorter ones are common, and recognised anyway."""


def likely_words(session: Session, *, on: date, most: int = 100) -> list[str]:
    """Keywords of what may be asked on a day: the long ones first, of them those that are asked for most."""
    rows = session.execute(
        select(Entry.asked, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.state == State.PUBLISHED)
    )
    weights: Counter[str] = Counter()
    for asked, version in rows:
        if stands(version, on=on):
            weights.update(dict.fromkeys(version.keywords, asked + 1))
    return sorted(weights, key=lambda word: (len(word) < HARD, -weights[word]))[:most]
