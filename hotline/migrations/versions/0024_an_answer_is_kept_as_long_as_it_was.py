"""What was told is kept as long as it was: an answer that operators read may have four thousand characters."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("telling") as batch_op:
        batch_op.alter_column("words", existing_type=sa.String(2000), type_=sa.Text(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("telling") as batch_op:
        batch_op.alter_column("words", existing_type=sa.Text(), type_=sa.String(2000), existing_nullable=False,
                              postgresql_using="substr(words, 1, 2000)")  # fmt: skip
