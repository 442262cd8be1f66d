"""What was told on an authorisation's ground is found by it, the latest first."""

from alembic import op

revision = "0064"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_telling_authorisation_id", "telling", ["authorisation_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_telling_authorisation_id", "telling")
