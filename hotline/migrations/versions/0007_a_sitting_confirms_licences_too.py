"""A sitting confirms licence items too."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("confirmation", sa.Column("licences", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("confirmation", "licences")
