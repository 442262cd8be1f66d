"""The life of an entry: what is handed in never changes, what was published before enters the ledger, corrections."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SAID = ("question", "category", "keywords", "answer", "spoken", "summary", "legal_basis", "section", "phone",
        "valid_from", "valid_to")  # fmt: skip


def upgrade() -> None:
    op.add_column("category", sa.Column("became", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("category", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entry_version", sa.Column("corrects", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("phrasing", sa.Column("proposed_by", sa.String(length=60), nullable=False, server_default=""))
    op.create_index("ix_entry_version_valid_to", "entry_version", ["valid_to"])
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_version_id"], ["entry_version.id"], name=op.f("fk_correction_entry_version_id_entry_version")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_correction_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("entry_version_id", "number", name=op.f("uq_correction_entry_version_id_number")),
    )
    op.create_index("ix_telling_entry_version_id", "telling", ["entry_version_id"])
    _take_over()
    for trigger in _triggers():
        op.execute(trigger)


def downgrade() -> None:
    on = " ON entry_version" if _on_postgresql() else ""
    for name in ("said", "gone"):
        op.execute(f"DROP TRIGGER entry_version_{name}{on}")
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_unsaying()")
    op.drop_index("ix_telling_entry_version_id", "telling")
    op.drop_table("correction")
    op.drop_index("ix_entry_version_valid_to", "entry_version")
    op.drop_column("phrasing", "proposed_by")
    op.drop_column("entry_version", "corrects")
    op.drop_column("category", "retired_at")
    op.drop_column("category", "became")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _triggers() -> list[str]:
    """What a version says changes only while it is a draft, and what was published is never taken away."""
    words = "'what was handed in never changes'"
    change = f"CREATE TRIGGER entry_version_said BEFORE UPDATE OF {', '.join(SAID)} ON entry_version"
    remove = "CREATE TRIGGER entry_version_gone BEFORE DELETE ON entry_version"
    if _on_postgresql():
        when = "FOR EACH ROW WHEN (OLD.stage <> 'draft') EXECUTE FUNCTION refuse_unsaying()"
        made = f"CREATE FUNCTION refuse_unsaying() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION {words}; END $$"
        return [made, f"{change} {when}", f"{remove} {when}"]
    then = f"WHEN OLD.stage <> 'draft' BEGIN SELECT RAISE(ABORT, {words}); END"
    return [f"{change} {then}", f"{remove} {then}"]


def _take_over() -> None:
    """What was published before the ledger was kept enters it, with the digest of what it says."""
    at = datetime.now(UTC)
    for version in op.get_bind().execute(sa.text(
        "SELECT v.id FROM entry_version v WHERE v.stage IN ('published', 'replaced') AND NOT EXISTS "
        "(SELECT 1 FROM ledger_row l WHERE l.kind = 'entry' AND l.thing_id = v.entry_id AND l.version = v.number "
        "AND l.deed = 'passed') ORDER BY v.id"
    )).scalars().all():  # fmt: skip
        _enter(version, at)


def _enter(version_id: int, at: datetime) -> None:
    bind = op.get_bind()
    version = sa.table("entry_version", *(sa.column(c, _type(c)) for c in ("id", "entry_id", "number", "reviewed_by", *SAID)))
    entry = sa.table("entry", sa.column("id", sa.Integer), sa.column("department_id", sa.Integer))
    found = sa.select(version, entry.c.department_id).join(entry, entry.c.id == version.c.entry_id)
    row = bind.execute(found.where(version.c.id == version_id)).mappings().one()
    by, why = row["reviewed_by"] or "hotline", "建账前已发布"
    digest = _digest(row)
    kept = {"kind": "entry", "thing_id": row["entry_id"], "version": row["number"], "department_id": row["department_id"],
            "at": at, "by": by, "deed": "passed", "clause": "", "why": why, "digest": digest}
    ledger = sa.table("ledger_row", sa.column("id", sa.Integer), *(sa.column(c, _type(c)) for c in kept))
    made = bind.execute(sa.insert(ledger).values(kept).returning(ledger.c.id)).scalar_one()
    line = [*(kept[c] for c in ("kind", "thing_id", "version", "department_id")), at.isoformat(), by, "passed", "", why, digest]
    noted = {"at": at, "by": by, "deed": "entry.passed", "kind": "ledger", "thing": str(made), "reason": why,
             "details": {"of": f"entry {row['entry_id']}", "version": row["number"], "digest": digest, "row": _sha(line)}}
    bind.execute(sa.insert(sa.table("audit_row", *(sa.column(c, _type(c)) for c in noted))).values(noted))


def _digest(row: Any) -> str:
    """As the code reckoned it when this was written; attachments there were none."""
    said = {c: row[c] for c in SAID} | {"attachments": [], "valid_from": row["valid_from"].isoformat()}
    said["valid_to"] = row["valid_to"].isoformat() if row["valid_to"] else None
    return _sha(said, sort_keys=True)


def _sha(value: Any, *, sort_keys: bool = False) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _type(column: str) -> Any:
    if column in ("keywords", "details"):
        return sa.JSON()
    if column in ("valid_from", "valid_to"):
        return sa.Date()
    if column == "at":
        return sa.DateTime(timezone=True)
    return sa.Integer() if column in ("id", "entry_id", "number", "thing_id", "version", "department_id") else sa.String()
