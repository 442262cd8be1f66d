"""The index of published entries, kept in memory and made from the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process, utils
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from knowledge_base.entries import Entry, EntryVersion, State, stands
from knowledge_base.search.keypad import initials, keys


@dataclass(frozen=True)
class Match:
    """An entry that was found; the score runs from 0 to 100."""

    entry_id: int
    score: float


@dataclass(frozen=True)
class Index:
    """What can be found, and by which ways."""

    texts: Sequence[str] = ()
    sounds: Sequence[str] = ()
    owners: Sequence[int] = ()
    departments: Sequence[int] = ()
    keyed: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def search(self, words: str, *, most: int = 5) -> list[Match]:
        """Entries for what somebody typed or said, best first: characters lead, sound backs them up."""
        query = utils.default_process(words)
        if not query:
            return []
        sound = " ".join(lazy_pinyin(query))
        by_text = process.cdist([query], self.texts, scorer=fuzz.token_set_ratio)[0] if self.texts else []
        by_letters = process.cdist([query], self.texts, scorer=fuzz.ratio)[0] if self.texts else []
        by_sound = process.cdist([sound], self.sounds, scorer=fuzz.ratio)[0] if self.sounds else []
        best: dict[int, float] = {}
        for owner, text, letters, heard in zip(self.owners, by_text, by_letters, by_sound, strict=True):
            score = float(0.3 * text + 0.4 * letters + 0.3 * heard)
            best[owner] = max(best.get(owner, 0.0), score)
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return [Match(entry_id, round(score, 1)) for entry_id, score in ranked[:most]]

    def by_keys(self, department_id: int, pressed: str, *, most: int = 3) -> list[int]:
        """Entries of a department with a keyword whose pinyin initials lie on these keys, exact ones first."""
        exact = self.keyed.get((department_id, pressed), [])
        own = [(k, found) for (d, k), found in self.keyed.items() if d == department_id]
        longer = [e for k, found in own if k.startswith(pressed) for e in found]
        return list(dict.fromkeys([*exact, *longer]))[:most] if pressed else []


def build(session: Session, *, on: date) -> Index:
    """Read the published entries that stand on a day into a new index."""
    rows = session.execute(
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.state == State.PUBLISHED)
        .options(selectinload(Entry.phrasings))
        .order_by(Entry.asked.desc(), Entry.id)
    )
    texts: list[str] = []
    owners: list[int] = []
    departments: list[int] = []
    keyed: dict[tuple[int, str], list[int]] = {}
    for entry, version in rows:
        if not stands(version, on=on):
            continue
        for text in (entry.question, *(p.text for p in entry.phrasings)):
            texts.append(utils.default_process(text))
            owners.append(entry.id)
            departments.append(entry.department_id)
        for word in entry.keywords:
            keyed.setdefault((entry.department_id, keys(initials(word))), []).append(entry.id)
    return Index(texts, [" ".join(lazy_pinyin(t)) for t in texts], owners, departments, keyed)
