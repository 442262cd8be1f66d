"""The free words of base data pass the department's leader and the secrecy review, and are swept again."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What waits now waits for the leader."""
    op.add_column("department", sa.Column("proposed_stage", sa.String(10), nullable=False, server_default=""))
    op.add_column("department", sa.Column("proposed_hands", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("department", sa.Column("proposed_checked_by", sa.String(60), nullable=False, server_default=""))
    op.add_column("department", sa.Column("words_swept_on", sa.Date(), nullable=True))
    op.execute("UPDATE department SET proposed_stage = 'submitted' WHERE proposed IS NOT NULL")


def downgrade() -> None:
    for column in ("words_swept_on", "proposed_checked_by", "proposed_hands", "proposed_stage"):
        op.drop_column("department", column)
