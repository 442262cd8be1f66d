"""How many decibels our side of a recording lacks; the citizen's has its column already."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("gain_house", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("recording") as table:
        table.drop_column("gain_house")
