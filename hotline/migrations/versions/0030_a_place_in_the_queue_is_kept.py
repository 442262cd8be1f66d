"""Places in the queue that are kept for who hangs up meanwhile, each with the call-back that it is owed."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(12), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_queue_place_call_id_call")),
        sa.ForeignKeyConstraint(["callback_id"], ["callback.id"], name=op.f("fk_queue_place_callback_id_callback")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_place")),
        sa.UniqueConstraint("call_id", name=op.f("uq_queue_place_call_id")),
        sa.UniqueConstraint("callback_id", name=op.f("uq_queue_place_callback_id")),
    )
    for column in ("number", "queued_at"):
        op.create_index(op.f(f"ix_queue_place_{column}"), "queue_place", [column])


def downgrade() -> None:
    op.execute("DELETE FROM callback_attempt WHERE callback_id IN (SELECT callback_id FROM queue_place)")
    op.execute("CREATE TEMPORARY TABLE gone_place AS SELECT callback_id FROM queue_place")
    op.drop_table("queue_place")
    op.execute("DELETE FROM callback WHERE id IN (SELECT callback_id FROM gone_place)")
    op.execute("DROP TABLE gone_place")
