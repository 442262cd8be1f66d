"""What a county's competent office has to pass on, and rule sets that end, confirmed by a second person."""

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None

RULES = ("valid_to", "confirmed_by", "confirmed_at", "dropped_by", "dropped_at")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("county_code", sa.String(length=6), nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("county_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("county_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_ticket_county_code"), "ticket", ["county_code"])
    op.add_column("ticket_rules", sa.Column("valid_to", sa.Date(), nullable=True))
    for name in ("confirmed", "dropped"):
        op.add_column("ticket_rules", sa.Column(f"{name}_by", sa.String(length=60), nullable=False, server_default=""))
        op.add_column("ticket_rules", sa.Column(f"{name}_at", sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE ticket_rules SET confirmed_by = "by", confirmed_at = "at" WHERE valid_from IS NOT NULL')
    life_guards.change(revision)


def downgrade() -> None:
    life_guards.change(down_revision)
    for name in RULES:
        op.drop_column("ticket_rules", name)
    op.drop_index(op.f("ix_ticket_county_code"), "ticket")
    for name in ("county_by", "county_since", "county_code"):
        op.drop_column("ticket", name)
