"""What an operator can do that some callers need."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("skills", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("account", "skills")
