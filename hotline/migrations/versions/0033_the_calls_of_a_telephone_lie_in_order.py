"""The calls of one telephone lie in the order of time: who has called since is found among the latest alone."""

from alembic import op

revision = "0033"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_caller_began_at", "call", ["caller", "began_at"])
    op.drop_index("ix_call_caller", "call")


def downgrade() -> None:
    op.create_index("ix_call_caller", "call", ["caller"])
    op.drop_index("ix_call_caller_began_at", "call")
