"""The free words of base data (duties, sections, the way there) wait for a second person before anybody sees them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("department", sa.Column("proposed", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("department", sa.Column("proposed_by", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("department", sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in ("proposed_at", "proposed_by", "proposed"):
        op.drop_column("department", column)
