"""What stands beside a ticket's line: waiting for the caller, withdrawn, void, not accepted, passed on to 12345."""

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("facts_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("foreign_number", sa.String(length=40), nullable=False, server_default=""))
    op.create_index(op.f("ix_ticket_facts_by"), "ticket", ["facts_by"])
    op.create_index(op.f("ix_ticket_foreign_number"), "ticket", ["foreign_number"])
    life_guards.change(revision)


def downgrade() -> None:
    life_guards.change("0041")
    op.drop_index(op.f("ix_ticket_foreign_number"), "ticket")
    op.drop_index(op.f("ix_ticket_facts_by"), "ticket")
    op.drop_column("ticket", "foreign_number")
    op.drop_column("ticket", "facts_by")
