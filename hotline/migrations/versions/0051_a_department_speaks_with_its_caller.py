"""When a department had its caller rung through the hotline, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "caller_contact",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_caller_contact_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_caller_contact_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_contact")),
    )
    for name in ("ticket_id", "call_id"):
        op.create_index(op.f(f"ix_caller_contact_{name}"), "caller_contact", [name])


def downgrade() -> None:
    op.drop_table("caller_contact")
