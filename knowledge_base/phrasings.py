"""Phrasings that people bring: a confirmed match in new words is proposed, and a person decides."""

from collections.abc import Mapping
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.database import insert_into
from knowledge_base.entries import Approval, Entry, Phrasing
from knowledge_base.personal import GONE
from knowledge_base.wording import normal

SOURCES: Mapping[str, str] = {"machine": "call", "operator": "desk", "web": "web"}
"""What a channel's phrasings are marked with."""
NEAR = 60.0
SHORTEST = 4
"""Fewer characters are a word, not a question."""


def heard(session: Session, entry_id: int, words: str, *, source: str, at: datetime) -> None:
    """Somebody confirmed this entry for these words: count the phrasing that says so, or propose a new one.

    What is the entry's question already, is too short to be a question, or points to a person is not proposed;
    what was refused stays refused.
    """
    said = normal(words)
    entry = session.get(Entry, entry_id)
    if entry is None or said == normal(entry.question):
        return
    known = session.execute(select(Phrasing.id, Phrasing.text).where(Phrasing.entry_id == entry_id)).all()
    same = next((row_id for row_id, text in known if normal(text) == said), None)
    if same is not None:
        more = update(Phrasing).where(Phrasing.id == same)
        session.execute(more.values(heard=Phrasing.heard + 1, heard_at=at))
        return
    _came_near(session, [(row_id, text) for row_id, text in known], said, entry.question, at)
    if fit(words):
        propose(session, entry_id, words, source=source, at=at)


def _came_near(session: Session, known: list[tuple[int, str]], said: str, question: str, at: datetime) -> None:
    """The phrasing that is nearest to the words was of use, unless the question itself is nearer."""
    alike = [(fuzz.ratio(normal(text), said), row_id) for row_id, text in known]
    nearest = max(alike, default=(0.0, 0))
    if nearest[0] >= NEAR and nearest[0] >= fuzz.ratio(normal(question), said):
        session.execute(update(Phrasing).where(Phrasing.id == nearest[1]).values(heard_at=at))


def fit(words: str) -> bool:
    """Whether words could be a phrasing: a question in Chinese, with nothing taken out of it."""
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in words)
    return chinese >= SHORTEST and GONE not in words


def propose(session: Session, entry_id: int, words: str, *, source: str, at: datetime, by: str = "") -> None:
    """Put a phrasing on the list of those that a person decides on; said once more, it is counted."""
    new = insert_into(session, Phrasing).values(
        entry_id=entry_id, text=words.strip(), approval=Approval.PROPOSED, source=source, heard=1, heard_at=at,
        proposed_at=at, proposed_by=by, decided_by="",
    )  # fmt: skip
    more = {"heard": Phrasing.heard + 1, "heard_at": at}
    session.execute(new.on_conflict_do_update(index_elements=["entry_id", "text"], set_=more))
