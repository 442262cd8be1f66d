"""Whether a matter is solved, as its caller says in the call-back; kept with the ticket and with the handing he rated."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

TABLES = ("ticket", "handing")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("solved", sa.Boolean(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "solved")
