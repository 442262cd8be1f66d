"""What citizens were shown of a licence item, version by version; it changes by a review only, and is swept again."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FIELDS = ("name", "legal_basis", "quota", "conditions", "procedure", "statutory_limit", "promised_limit", "materials", "fee",
          "fee_basis", "office", "address", "hours", "phone", "supervision_phone", "downloads")  # fmt: skip
LISTS = ("materials", "downloads")
LICENCE = sa.table("licence", *(sa.column(c, t) for c, t in (
    ("id", sa.Integer), ("department_id", sa.Integer), ("version", sa.Integer), ("written_by", sa.String), ("shown", sa.JSON))))  # fmt: skip
GUARDS = ("licence_shown", "licence_gone", "licence_version_said", "licence_version_gone")


def upgrade() -> None:
    op.create_table(
        "licence_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("licence_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name=op.f("fk_licence_version_licence_id_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_version")),
        sa.UniqueConstraint("licence_id", "number", name=op.f("uq_licence_version_licence_id_number")),
    )
    op.create_index("ix_licence_version_licence_id", "licence_version", ["licence_id"])
    op.add_column("licence", sa.Column("swept_on", sa.Date(), nullable=True))
    _take_over()
    for trigger in _triggers():
        op.execute(trigger)


def downgrade() -> None:
    for name in GUARDS:
        table = "licence_version" if name.startswith("licence_version") else "licence"
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if _on_postgresql() else ""))
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_unshowing()")
    op.drop_column("licence", "swept_on")
    op.drop_table("licence_version")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _triggers() -> list[str]:
    """What is shown changes when a version passes, and at no other moment; what was shown stays readable."""
    words = "'what was reviewed never changes'"
    as_text = "::text" if _on_postgresql() else ""
    other = f"NEW.shown{as_text} {'IS DISTINCT FROM' if _on_postgresql() else 'IS NOT'} OLD.shown{as_text}"
    passes = "OLD.stage = 'passed' AND NEW.stage = 'published'"
    guards = (
        ("licence_shown", "UPDATE OF shown ON licence", f"NEW.shown IS NOT NULL AND {other} AND NOT ({passes})"),
        ("licence_gone", "DELETE ON licence", "OLD.shown IS NOT NULL"),
        ("licence_version_said", "UPDATE OF licence_id, number, text, written_by, shown_at ON licence_version", ""),
        ("licence_version_gone", "DELETE ON licence_version", ""),
    )
    if _on_postgresql():
        made = f"CREATE FUNCTION refuse_unshowing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION {words}; END $$"
        return [made] + [f"CREATE TRIGGER {name} BEFORE {of} FOR EACH ROW {f'WHEN ({when})' if when else ''} "
                         "EXECUTE FUNCTION refuse_unshowing()" for name, of, when in guards]  # fmt: skip
    return [f"CREATE TRIGGER {name} BEFORE {of} {f'WHEN {when}' if when else ''} BEGIN SELECT RAISE(ABORT, {words}); END"
            for name, of, when in guards]  # fmt: skip


def _take_over() -> None:
    """What is shown becomes the first version that is kept; where the ledger knows no review of it, it enters it."""
    at = datetime.now(UTC)
    shown = sa.select(LICENCE).where(LICENCE.c.shown.is_not(None)).order_by(LICENCE.c.id)
    for row in op.get_bind().execute(shown).mappings().all():
        if row["shown"]:
            number = int(row["shown"].get("version", row["version"]))
            _keep(row, number, _passed_at(row["id"], number) or _enter(row, number, at))


def _passed_at(licence: int, number: int) -> datetime | None:
    found = sa.text("SELECT max(at) AS at FROM ledger_row WHERE kind = 'licence' AND thing_id = :id AND version = :number "
                    "AND deed = 'passed'").columns(at=sa.DateTime(timezone=True))  # fmt: skip
    at = op.get_bind().execute(found, {"id": licence, "number": number}).scalar()
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _keep(row: Any, number: int, at: datetime) -> None:
    kept = {"licence_id": row["id"], "number": number, "text": row["shown"], "stage": "published", "written_by": row["written_by"],
            "shown_at": at}  # fmt: skip
    op.get_bind().execute(sa.insert(_table("licence_version", kept)).values(kept))


def _enter(row: Any, number: int, at: datetime) -> datetime:
    by, why, digest = "hotline", "建账前已公开", _digest(row["shown"])
    kept = {"kind": "licence", "thing_id": row["id"], "version": number, "department_id": row["department_id"], "at": at, "by": by,
            "deed": "passed", "clause": "", "why": why, "digest": digest}  # fmt: skip
    table = _table("ledger_row", {"id": 0, **kept})
    made = op.get_bind().execute(sa.insert(table).values(kept).returning(table.c.id)).scalar_one()
    line = ["licence", row["id"], number, row["department_id"], at.isoformat(), by, "passed", "", why, digest]
    noted = {"at": at, "by": by, "deed": "licence.passed", "kind": "ledger", "thing": str(made), "reason": why,
             "details": {"of": f"licence {row['id']}", "version": number, "digest": digest, "row": _sha(line)}}  # fmt: skip
    op.get_bind().execute(sa.insert(_table("audit_row", noted)).values(noted))
    return at


def _digest(shown: dict[str, Any]) -> str:
    """As the code reckoned it when this was written."""
    said = {name: _tidy(name, shown.get(name) or ([] if name in LISTS else "")) for name in FIELDS}
    return _sha(said, sort_keys=True)


def _tidy(name: str, value: Any) -> Any:
    return [line.strip() for line in value if line.strip()] if name in LISTS else str(value).replace("\r\n", "\n").strip()


def _sha(value: Any, *, sort_keys: bool = False) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _table(name: str, kept: dict[str, Any]) -> sa.TableClause:
    def kind(value: Any) -> Any:
        if isinstance(value, datetime):
            return sa.DateTime(timezone=True)
        return sa.JSON() if isinstance(value, dict) else sa.Integer() if isinstance(value, int) else sa.String()

    return sa.table(name, *(sa.column(column, kind(value)) for column, value in kept.items()))
