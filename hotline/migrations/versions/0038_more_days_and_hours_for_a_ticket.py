"""An extension that is asked and decided, urgency whose clocks run in hours, and the rules that a ticket was opened
under. Tickets from before have no rules of their own: theirs are the settings'."""

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ADDED = ("urgency", "promised_hours", "promise_extended", "due_hours", "extension_asked")


def upgrade() -> None:
    op.create_table(
        "ticket_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_rules")),
        sa.UniqueConstraint("digest", name=op.f("uq_ticket_rules_digest")),
    )
    op.add_column("ticket", sa.Column("urgency", sa.String(length=8), nullable=False, server_default="normal"))
    op.add_column("ticket", sa.Column("promised_hours", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("promise_extended", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("due_hours", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("extension_asked", sa.Integer(), nullable=True))
    # In these words SQLite adds it to the table as it stands, triggers and all.
    op.execute("ALTER TABLE ticket ADD COLUMN rules_id INTEGER CONSTRAINT fk_ticket_rules_id_ticket_rules"
               " REFERENCES ticket_rules (id)")
    life_guards.change(revision)


def downgrade() -> None:
    life_guards.change("0028")
    for name in ("rules_id", *reversed(ADDED)):
        op.drop_column("ticket", name)
    op.drop_table("ticket_rules")
