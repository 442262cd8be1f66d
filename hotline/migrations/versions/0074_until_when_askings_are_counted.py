"""How often each entry is asked is counted from what was told and chosen; until when it has been, stands in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asking_counted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking_counted")),
    )


def downgrade() -> None:
    op.drop_table("asking_counted")
