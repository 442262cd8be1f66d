"""Which talks ended lately is asked every few seconds, to tell who waits how long it takes."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_offer_ended_at", "offer", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_offer_ended_at", "offer")
