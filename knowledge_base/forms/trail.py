"""Ledger and audit rows of many things at once: a form of a thousand rows may not hold up the calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.database import Base
from knowledge_base.ledger import WITNESS, Deed, Kind, LedgerRow, digest_of

Step = Mapping[str, Any]
"""thing_id, version, department_id, digest, why of one step."""


def inserted(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Put rows into the model's table, without a thing of the model for each; their keys, in the same order."""
    if not rows:
        return ()
    table = cast(Table, model.__table__)
    return session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).all()


def ledger(session: Session, deed: Deed, kind: Kind, steps: Sequence[Step], *, by: str, at: datetime) -> None:
    """Enter one deed for many things, each with its line in the audit trail, as the ledger does for one."""
    if not steps:
        return
    rows = [{"kind": kind, "deed": deed, "by": by, "at": at, "clause": "", **step} for step in steps]
    ids = inserted(session, LedgerRow, rows)
    lines = [_witness(i, LedgerRow(**row)) for i, row in zip(ids, rows, strict=True)]
    session.execute(insert(cast(Table, AuditRow.__table__)), lines)


def audit(session: Session, deed: str, kind: str, things: Sequence[tuple[int, dict[str, Any]]], *, by: str,
          at: datetime) -> None:
    """One line for each thing, with its details."""
    if things:
        session.execute(insert(cast(Table, AuditRow.__table__)), [
            {"at": at, "by": by, "deed": deed, "kind": kind, "thing": str(i), "reason": "", "details": details}
            for i, details in things
        ])  # fmt: skip


def _witness(row_id: int, row: LedgerRow) -> dict[str, Any]:
    details = {"of": f"{row.kind} {row.thing_id}", "version": row.version, "digest": row.digest or "",
               "row": digest_of(row)}  # fmt: skip
    return {"at": row.at, "by": row.by, "deed": f"{row.kind}.{row.deed}", "kind": WITNESS, "thing": str(row_id),
            "reason": row.why or "", "details": details}  # fmt: skip
