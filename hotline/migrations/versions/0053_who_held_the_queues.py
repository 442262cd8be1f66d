"""Which of several exchanges held the queues, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_held")),
    )


def downgrade() -> None:
    op.drop_table("queue_held")
