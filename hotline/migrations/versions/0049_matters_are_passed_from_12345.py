"""Matters that 12345 passes to us, as they came; and which other systems are told of these alone."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook", sa.Column("exchange", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "passed_matter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("foreign_number", sa.String(length=40), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_passed_matter_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_passed_matter_webhook_id_webhook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_matter")),
    )
    for name in ("foreign_number", "digest", "at", "ticket_id"):
        op.create_index(op.f(f"ix_passed_matter_{name}"), "passed_matter", [name])
    op.create_index("uq_passed_matter_taken", "passed_matter", ["foreign_number"], unique=True,
                    sqlite_where=sa.text("taken"), postgresql_where=sa.text("taken"))  # fmt: skip


def downgrade() -> None:
    op.drop_table("passed_matter")
    op.drop_column("webhook", "exchange")
