"""Sealing the audit trail into a chain, and finding a row that was changed, moved or taken away."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline.audit.trail import AuditRow, AuditSeal

BEGINNING = "0" * 64
REACH = 2000  # a row committed late has an id a little below the last sealed one's; further back `verify` looks


@dataclass(frozen=True)
class Break:
    """A place in the chain that no longer holds, in words."""

    place: int
    row_id: int
    reason: str


def seal(session: Session, *, most: int = 5000) -> int:
    """Chain the committed rows that are not chained yet, oldest first; how many were. One sealer at a time:
    two at once collide on the place and one of them starts again."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.place.desc()).limit(1))
    place, digest = (last.place, last.digest) if last else (0, BEGINNING)
    rows = session.scalars(_waiting(last).order_by(AuditRow.id).limit(most)).all()
    for row in rows:
        place, digest = place + 1, _digest(digest, row)
        session.add(AuditSeal(place=place, row_id=row.id, digest=digest))
    return len(rows)


def owes(session: Session) -> bool:
    """Whether a row waits to be sealed: asked before anybody takes the place of the one who writes."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.place.desc()).limit(1))
    return session.scalar(_waiting(last).limit(1)) is not None


def _waiting(last: AuditSeal | None) -> Select[AuditRow]:
    waiting = select(AuditRow).outerjoin(AuditSeal).where(AuditSeal.place.is_(None))
    return waiting if last is None else waiting.where(AuditRow.id > last.row_id - REACH)


def verify(session: Session) -> Iterator[Break]:
    """Walk the chain from its beginning and yield each place that does not hold."""
    digest, expected = BEGINNING, 1
    seals = session.execute(select(AuditSeal, AuditRow).outerjoin(AuditRow).order_by(AuditSeal.place)).yield_per(1000)
    for sealed, row in seals:
        if sealed.place != expected:
            yield Break(expected, 0, f"places {expected} to {sealed.place - 1} are missing")
        if row is None:
            yield Break(sealed.place, sealed.row_id, "the row is gone")
        elif sealed.digest != _digest(digest, row):
            yield Break(sealed.place, row.id, "the row, or one before it, was changed")
        digest, expected = sealed.digest, sealed.place + 1
    yield from _passed_over(session)


def _passed_over(session: Session) -> Iterator[Break]:
    """Rows that the sealer does not look for any more: put in later with an early id."""
    last = session.scalar(select(func.max(AuditSeal.row_id))) or 0
    missed = select(AuditRow.id).outerjoin(AuditSeal).where(AuditSeal.place.is_(None), AuditRow.id <= last - REACH)
    for row_id in session.scalars(missed):
        yield Break(0, row_id, "the row was never sealed")


def head(session: Session) -> tuple[int, str]:
    """The chain's last place and digest: the line that leaves the machine every day."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.place.desc()).limit(1))
    return (last.place, last.digest) if last else (0, BEGINNING)


def unsealed(session: Session) -> int:
    """How many rows wait to be sealed."""
    query = select(func.count()).select_from(AuditRow).outerjoin(AuditSeal).where(AuditSeal.place.is_(None))
    return session.scalar(query) or 0


def _digest(before: str, row: AuditRow) -> str:
    content = [row.id, row.at.isoformat(), row.by, row.deed, row.kind, row.thing, row.reason, row.details]
    line = before + json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
