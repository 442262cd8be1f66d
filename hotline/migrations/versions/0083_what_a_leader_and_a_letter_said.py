"""A leader gives a draft back that he doesn't sign (不予签发); and what a letter of the inspector said is kept."""

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0083"
down_revision = "0077"
branch_labels = None
depends_on = None

BEFORE = "0073"


def upgrade() -> None:
    life_guards.change(revision)
    op.add_column("supervision", sa.Column("letter", sa.JSON()))


def downgrade() -> None:
    op.drop_column("supervision", "letter")
    life_guards.change(BEFORE)
