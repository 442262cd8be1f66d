"""Gathering the spellings of one unanswered question, so that the list is one of questions and not of spellings."""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hotline.database import insert_into
from knowledge_base.asked import Asked, Open, Spelling, Unanswered
from knowledge_base.wording import same_question

AT_ONCE = 50
NEAR, LOOKED_AT = 55.0, 25


class _Listed(NamedTuple):
    id: int
    words: str
    state: Open
    asked: int


Pair = tuple[int, int]
"""A question, and the one that it is only another spelling of."""


def alike(session: Session, *, most: int = AT_ONCE) -> tuple[list[int], list[Pair]]:
    """Questions not compared yet, and those of them that are another's spelling. Only looks; takes a few
    milliseconds for each."""
    query = select(Unanswered.id).where(Unanswered.compared.is_(False)).order_by(Unanswered.id).limit(most)
    new = session.scalars(query).all()
    if not new:
        return [], []
    columns = (Unanswered.id, Unanswered.words, Unanswered.state, Unanswered.count)
    listed = select(*columns).where(Unanswered.words.not_like("按键%")).order_by(Unanswered.id)
    rows = [_Listed(*row) for row in session.execute(listed)]
    pairs, gone = [], set[int]()
    for row in (r for r in rows if r.id in set(new)):
        head = _head(row, [r for r in rows if r.id not in gone])
        if head is not None:
            pairs.append((row.id, head))
            gone.add(row.id)
    return list(new), pairs


def gather(session: Session, compared: Sequence[int], pairs: Sequence[Pair]) -> None:
    """Count these for their heads from now on; what was asked of them goes along."""
    for spelling, head in pairs:
        _move(session, spelling, head)
    session.execute(update(Unanswered).where(Unanswered.id.in_(compared)).values(compared=True))


def _head(row: _Listed, rows: Sequence[_Listed]) -> int | None:
    """The question that this one is a spelling of: one that was decided on first, then the most asked."""
    others = [r for r in rows if r.id != row.id and (r.id < row.id or r.state != Open.OPEN)]
    near = process.extract(row.words, [r.words for r in others], scorer=fuzz.ratio, score_cutoff=NEAR, limit=LOOKED_AT)
    same = [others[place] for words, _, place in near if same_question(row.words, words)]
    best = min(same, key=lambda r: (r.state == Open.OPEN, -r.asked, r.id), default=None)
    return best.id if best is not None and row.state == Open.OPEN else None


def _move(session: Session, spelling: int, head: int) -> None:
    locked = select(Unanswered).where(Unanswered.id.in_((spelling, head))).order_by(Unanswered.id)
    rows = {r.id: r for r in session.scalars(locked.with_for_update().execution_options(populate_existing=True))}
    if set(rows) != {spelling, head} or rows[spelling].state != Open.OPEN:
        return  # somebody else was quicker
    one, into = rows[spelling], rows[head]
    into.count, into.since = into.count + one.count, into.since + one.count
    into.first_at, into.last_at = min(into.first_at, one.first_at), max(into.last_at, one.last_at)
    for of in (Asked.unanswered_id, Spelling.unanswered_id):
        session.execute(update(of.class_).where(of == spelling).values(unanswered_id=head))
    known = insert_into(session, Spelling).values(words=one.words, unanswered_id=head)
    session.execute(known.on_conflict_do_update(index_elements=["words"], set_={"unanswered_id": head}))
    session.flush()
    session.execute(delete(Unanswered).where(Unanswered.id == spelling))


def spellings(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """How many other spellings each of these questions has."""
    query = select(Spelling.unanswered_id, func.count()).where(Spelling.unanswered_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(Spelling.unanswered_id))}
