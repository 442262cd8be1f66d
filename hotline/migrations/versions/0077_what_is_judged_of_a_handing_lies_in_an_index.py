"""What is judged of each handing to a department is one number, kept by the database; it lies in an index of days."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0080"
branch_labels = None
depends_on = None

JUDGED = (
    "CASE WHEN accept_by IS NOT NULL AND accepted_at IS NOT NULL"
    " THEN CASE WHEN accepted_at <= accept_by THEN 3 ELSE 1 END ELSE 0 END"
    " + CASE WHEN answered_at IS NOT NULL AND due_at IS NOT NULL"
    " THEN CASE WHEN answered_at <= due_at THEN 12 ELSE 4 END ELSE 0 END"
    " + CASE WHEN way = 'handed' THEN CASE WHEN ended = 'return' THEN 48 ELSE 16 END ELSE 0 END"
    " + CASE WHEN way <> 'along' AND ended <> 'succeed'"
    " THEN CASE WHEN extended_days > 0 THEN 192 ELSE 64 END ELSE 0 END"
    " + CASE WHEN reached IS TRUE THEN CASE WHEN ended IN ('redo', 'redo_again') THEN 768 ELSE 256 END ELSE 0 END"
    " + CASE WHEN reached IS NOT NULL THEN CASE WHEN reached IS TRUE THEN 3072 ELSE 1024 END ELSE 0 END"
    " + CASE WHEN solved IS NOT NULL THEN CASE WHEN solved IS TRUE THEN 12288 ELSE 4096 END ELSE 0 END"
    " + CASE WHEN satisfaction IS NOT NULL THEN CASE WHEN satisfaction < 4 THEN 49152 ELSE 16384 END ELSE 0 END"
)
BEFORE = {"ix_handing_at": ["at"], "ix_handing_department_id_at": ["department_id", "at"]}
INDEXES = {"ix_handing_at": ["at", "id", "department_id", "judged"],
           "ix_handing_department_id_at": ["department_id", "at", "id", "judged"]}  # fmt: skip


def upgrade() -> None:
    stored = True if op.get_bind().dialect.name == "postgresql" else None
    op.add_column("handing", sa.Column("judged", sa.Integer(), sa.Computed(JUDGED, persisted=stored)))
    _anew(INDEXES)


def downgrade() -> None:
    _anew(BEFORE)
    op.drop_column("handing", "judged")


def _anew(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.drop_index(name, "handing")
        op.create_index(name, "handing", columns)
