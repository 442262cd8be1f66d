"""Synonyms kept by the office: words that people use for the same thing."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.database import Base
from knowledge_base.errors import KnowledgeError
from knowledge_base.wording import normal

MOST_WORDS, LONGEST_WORD = 12, 20


class Synonym(Base):
    """A group of words that mean the same to a search."""

    __tablename__ = "synonym"
    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


def groups(session: Session) -> list[Synonym]:
    """Every group, the newest first."""
    return list(session.scalars(select(Synonym).order_by(Synonym.id.desc())))


def add(session: Session, words: Iterable[str], *, by: Account, at: datetime) -> Synonym:
    """Keep a new group; KnowledgeError says what is wrong with it."""
    row = Synonym(words=_fit(session, words, by=by, but=0), by=by.login, at=at)
    session.add(row)
    session.flush()
    audit.note(session, "synonym.added", by=by.login, at=at, about=("synonym", row.id), words=row.words)
    return row


def change(session: Session, row: Synonym, words: Iterable[str], *, by: Account, at: datetime) -> None:
    """Keep other words in a group."""
    session.refresh(row, with_for_update=True)
    before, row.words = row.words, _fit(session, words, by=by, but=row.id)
    row.by, row.at = by.login, at
    audit.note(session, "synonym.changed", by=by.login, at=at, about=("synonym", row.id), before=before,
               words=row.words)  # fmt: skip


def remove(session: Session, row: Synonym, *, by: Account, at: datetime) -> None:
    """The words mean different things again."""
    _may(by)
    audit.note(session, "synonym.removed", by=by.login, at=at, about=("synonym", row.id), words=row.words)
    session.delete(row)


def words_in(text: str) -> list[str]:
    """The words that somebody wrote down with blanks, commas or strokes between them."""
    for mark in "、，,；;/|\n\r\t　":
        text = text.replace(mark, " ")
    return text.split()


def _fit(session: Session, words: Iterable[str], *, by: Account, but: int) -> list[str]:
    _may(by)
    kept = list(dict.fromkeys(w.strip() for w in words if normal(w)))
    if len({normal(w) for w in kept}) < 2:
        raise KnowledgeError("请至少填写两个不同的词")
    if len(kept) > MOST_WORDS or any(len(w) > LONGEST_WORD for w in kept):
        raise KnowledgeError(f"每组最多{MOST_WORDS}个词，每个词不超过{LONGEST_WORD}个字")
    mine = {normal(w) for w in kept}
    for other in session.scalars(select(Synonym).where(Synonym.id != but)):
        if twice := [w for w in other.words if normal(w) in mine]:
            raise KnowledgeError(f"“{twice[0]}”已在另一组：{'、'.join(other.words)}")
    return kept


def _may(by: Account) -> None:
    if not by.may(Permission.SYNONYMS):
        raise KnowledgeError("同义词由市主管部门维护")
