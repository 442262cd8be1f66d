"""Callers whom nobody answered, the calls of each, and call-backs that are owed for no ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("callback") as batch_op:
        batch_op.alter_column("ticket_id", existing_type=sa.Integer(), nullable=True)
    op.add_column("callback_attempt", sa.Column("words", sa.String(500), nullable=False, server_default=""))
    op.create_table(
        "missed_caller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["callback_id"], ["callback.id"], name=op.f("fk_missed_caller_callback_id_callback")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_caller")),
        sa.UniqueConstraint("callback_id", name=op.f("uq_missed_caller_callback_id")),
    )
    for column in ("number", "first_at"):
        op.create_index(op.f(f"ix_missed_caller_{column}"), "missed_caller", [column])
    still_open = sa.text("over_at IS NULL")
    op.create_index("ix_missed_caller_open", "missed_caller", ["number"], unique=True, sqlite_where=still_open,
                    postgresql_where=still_open)  # fmt: skip
    op.create_table(
        "missed_call",
        sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("missed_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_missed_call_call_id_call")),
        sa.ForeignKeyConstraint(
            ["missed_id"], ["missed_caller.id"], name=op.f("fk_missed_call_missed_id_missed_caller")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_missed_call")),
    )
    op.create_index(op.f("ix_missed_call_missed_id"), "missed_call", ["missed_id"])


def downgrade() -> None:
    op.drop_table("missed_call")
    op.drop_table("missed_caller")
    op.execute(
        "DELETE FROM callback_attempt WHERE callback_id IN (SELECT id FROM callback WHERE ticket_id IS NULL)"
    )
    op.execute("DELETE FROM callback WHERE ticket_id IS NULL")
    op.drop_column("callback_attempt", "words")
    with op.batch_alter_table("callback") as batch_op:
        batch_op.alter_column("ticket_id", existing_type=sa.Integer(), nullable=False)
