"""Ledger and audit rows of many things at once: a form of a thousand rows may not hold up the calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from knowledge_base.ledger import WITNESS, Deed, Kind, LedgerRow, digest_of

Step = Mapping[str, Any]
"""thing_id, version, department_id, digest, why of one step."""


def ledger(session: Session, deed: Deed, kind: Kind, steps: Sequence[Step], *, by: str, at: datetime) -> None:
    """Enter one deed for many things, each with its line in the audit trail, as the ledger does for one."""
    if not steps:
        return
    rows = [{"kind": kind, "deed": deed, "by": by, "at": at, "clause": "", **step} for step in steps]
    ids = session.scalars(insert(LedgerRow).returning(LedgerRow.id, sort_by_parameter_order=True), rows).all()
    session.execute(insert(AuditRow), [_witness(i, LedgerRow(**row)) for i, row in zip(ids, rows, strict=True)])


def audit(session: Session, deed: str, kind: str, things: Sequence[tuple[int, dict[str, Any]]], *, by: str,
          at: datetime) -> None:
    """One line for each thing, with its details."""
    if things:
        session.execute(insert(AuditRow), [
            {"at": at, "by": by, "deed": deed, "kind": kind, "thing": str(i), "reason": "", "details": details}
            for i, details in things
        ])  # fmt: skip


def _witness(row_id: int, row: LedgerRow) -> dict[str, Any]:
    details = {"of": f"{row.kind} {row.thing_id}", "version": row.version, "digest": row.digest or "",
               "row": digest_of(row)}  # fmt: skip
    return {"at": row.at, "by": row.by, "deed": f"{row.kind}.{row.deed}", "kind": WITNESS, "thing": str(row_id),
            "reason": row.why or "", "details": details}  # fmt: skip
