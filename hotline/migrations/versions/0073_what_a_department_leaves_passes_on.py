"""Open tickets of a department that is no more pass on to who stands for it now, or are taken away from it; and a promise
to the caller is provisional for itself. What runs is counted again by the worker, which then knows of each whether it is."""

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

BEFORE = "0048"


def upgrade() -> None:
    life_guards.change(revision)
    op.add_column("ticket", sa.Column("promise_provisional", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("ticket", "promise_provisional")
    life_guards.change(BEFORE)
