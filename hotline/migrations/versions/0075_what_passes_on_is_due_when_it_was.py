"""What passes into another department is due when it was: an interval that is longer there renews nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

TABLES = ("entry", "authorisation")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("due_by", sa.Date(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "due_by")
