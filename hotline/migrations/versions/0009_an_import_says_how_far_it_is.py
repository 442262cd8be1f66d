"""An import of a form says how far it is, what it left out, and how many rows of each kind it has."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ADDED = ("notes", "counts", "trouble", "percent", "moved_at")


def upgrade() -> None:
    op.add_column("form_import", sa.Column("notes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("form_import", sa.Column("counts", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("form_import", sa.Column("trouble", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("form_import", sa.Column("percent", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("form_import", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in ADDED:
        op.drop_column("form_import", column)
