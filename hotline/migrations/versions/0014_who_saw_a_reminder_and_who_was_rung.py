"""Who of a department saw its reminder, and when the office rang a department that had not."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("update_reminder", sa.Column("seen_by", sa.String(length=60), nullable=False, server_default=""))
    op.create_table(
        "update_ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_update_ring_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_ring")),
    )
    op.create_index(op.f("ix_update_ring_department_id"), "update_ring", ["department_id"])


def downgrade() -> None:
    op.drop_table("update_ring")
    op.drop_column("update_reminder", "seen_by")
