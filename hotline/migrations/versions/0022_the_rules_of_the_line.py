"""The rules of the line: warnings and blocks, floods, self-service by number and hour, callers who need somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "caller_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_warning")),
    )
    op.create_index(op.f("ix_caller_warning_number"), "caller_warning", ["number"])
    op.create_table(
        "caller_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(60), nullable=False),
        sa.Column("lifted_why", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_block")),
    )
    op.create_index(op.f("ix_caller_block_number"), "caller_block", ["number"])
    op.create_table(
        "caller_flood",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("sent_away", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(60), nullable=False),
        sa.Column("verdict", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_flood")),
    )
    op.create_index(op.f("ix_caller_flood_number"), "caller_flood", ["number"])
    op.create_table(
        "line_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("hours", sa.String(80), nullable=False),
        sa.Column("self_service", sa.Boolean(), nullable=False),
        sa.Column("keypad_initials", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_switch")),
    )
    op.create_table(
        "caller_flag",
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("skill", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_caller_flag")),
    )
    op.create_index(op.f("ix_caller_flag_at"), "caller_flag", ["at"])


def downgrade() -> None:
    for table in ("caller_flag", "line_switch", "caller_flood", "caller_block", "caller_warning"):
        op.drop_table(table)
