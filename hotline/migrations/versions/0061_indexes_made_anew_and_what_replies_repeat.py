"""Somebody asks for all indexes of search to be made anew, and each process says when its own was; which versions of
entries the replies to tickets repeat or became."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_order")),
    )
    op.create_table(
        "index_rebuilt",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["index_order.id"], name=op.f("fk_index_rebuilt_order_id_index_order")),
        sa.PrimaryKeyConstraint("order_id", "process", name=op.f("pk_index_rebuilt")),
    )
    op.execute(_noted())
    op.create_table(
        "reply_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("entry_version_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_reply_version_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["entry_version_id"], ["entry_version.id"],
                                name=op.f("fk_reply_version_entry_version_id_entry_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_version")),
        sa.UniqueConstraint("ticket_id", "entry_version_id", name=op.f("uq_reply_version_ticket_id_entry_version_id")),
    )
    op.create_index(op.f("ix_reply_version_entry_version_id"), "reply_version", ["entry_version_id"])
    op.execute("INSERT INTO reply_version (ticket_id, entry_version_id, at) SELECT t.id, v.id, coalesce(v.written_at, t.intake_at) "
               "FROM entry_version v JOIN ticket t ON t.number = v.source")  # fmt: skip


def downgrade() -> None:
    op.drop_table("reply_version")
    op.drop_table("index_rebuilt")
    op.drop_table("index_order")


def _noted() -> str:
    if op.get_bind().dialect.name == "postgresql":
        return ("CREATE TRIGGER index_order_changed AFTER INSERT ON index_order FOR EACH ROW "
                "EXECUTE FUNCTION note_change('rebuild', 'id')")  # fmt: skip
    return ("CREATE TRIGGER index_order_changed_insert AFTER INSERT ON index_order BEGIN "
            "INSERT INTO knowledge_change (kind, thing) SELECT 'rebuild', NEW.id; END")  # fmt: skip
