"""What the exchange's own book tells of its queues; a book's files are known by their first lines, wherever they lie."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_event",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("uniqueid", sa.String(length=60), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("agent", sa.String(length=60), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("said", sa.String(length=80), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_queue_event_offer_id_offer")),
        sa.PrimaryKeyConstraint("node", "file", "position", "at", name=op.f("pk_queue_event")),
    )
    op.create_index(op.f("ix_queue_event_call_id"), "queue_event", ["call_id"])
    op.create_index(op.f("ix_queue_event_uniqueid"), "queue_event", ["uniqueid"])
    op.add_column("records_mark", sa.Column("last", sa.String(length=40), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("records_mark", "last")
    op.drop_table("queue_event")
