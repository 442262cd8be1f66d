"""The ledger (保密审查台账): every step of what is published, its reviews above all; the database lets it only grow.

Each row that is written through the house has a line in the audit trail that carries the row's own digest, so that
the trail's chain holds the ledger too."""

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, String, event, insert
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from hotline.audit import AuditRow
from hotline.database import Base

WITNESS = "ledger"
"""The kind of the audit trail's lines that carry a ledger row."""


class Kind(StrEnum):
    """What a row speaks of."""

    ENTRY = "entry"
    LICENCE = "licence"
    BASE = "base"  # a department's base data


class Deed(StrEnum):
    """What was done."""

    WRITTEN = "written"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"  # by the department's leader
    CHECKED = "checked"
    PASSED = "passed"  # 保密审查通过
    REFUSED = "refused"  # with the clause
    REFERRED_UP = "referred_up"
    PUBLISHED = "published"
    REPLACED = "replaced"  # by a later version
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CARRIED = "carried"  # a draft's category was renamed
    CONFIRMED = "confirmed"  # by the department, at its interval
    SWEEP_DUE = "sweep_due"  # 常态化保密审查: due, and its reviewers were told
    SWEPT = "swept"  # 常态化保密审查: still fit
    PULLED = "pulled"  # 常态化保密审查: no longer fit, withdrawn


REVIEWS = frozenset({Deed.PASSED, Deed.REFUSED, Deed.REFERRED_UP, Deed.SWEPT, Deed.PULLED})
"""The deeds of the secrecy reviewer."""


class LedgerRow(Base):
    """One step. `digest` is the SHA-256 of the content that the deed was about, as it was then."""

    __tablename__ = "ledger_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(String(8))
    thing_id: Mapped[int] = mapped_column(index=True)
    version: Mapped[int | None]
    department_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(60))
    deed: Mapped[Deed] = mapped_column(String(12), index=True)
    clause: Mapped[str] = mapped_column(String(200), default="")
    why: Mapped[str] = mapped_column(String(500), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")


def write(session: Session, deed: Deed, *, of: tuple[Kind, int], version: int | None, department_id: int, by: str,
          at: datetime, digest: str = "", clause: str = "", why: str = "") -> LedgerRow:
    """A new row, and with it its line in the audit trail."""
    row = LedgerRow(kind=of[0], thing_id=of[1], version=version, department_id=department_id, at=at, by=by, deed=deed,
                    clause=clause, why=why, digest=digest)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def digest_of(row: LedgerRow) -> str:
    """The SHA-256 of the row itself, as its line in the audit trail carries it."""
    words = [str(row.kind), row.thing_id, row.version, row.department_id, row.at.astimezone(UTC).isoformat(), row.by,
             str(row.deed), row.clause or "", row.why or "", row.digest or ""]  # fmt: skip
    return hashlib.sha256(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@event.listens_for(LedgerRow, "after_insert")
def _bear_witness(_mapper: Mapper[Any], connection: Connection, row: LedgerRow) -> None:
    """Whoever writes a row through the house writes its line too: it can't be forgotten."""
    details = {"of": f"{row.kind} {row.thing_id}", "version": row.version, "digest": row.digest or "",
               "row": digest_of(row)}  # fmt: skip
    connection.execute(insert(AuditRow).values(
        at=row.at, by=row.by, deed=f"{row.kind}.{row.deed}", kind=WITNESS, thing=str(row.id), reason=row.why or "",
        details=details))  # fmt: skip
