"""What the table of a ticket's life doesn't have can't be stored, and no step that was is changed or taken away.

When the table changes, a later migration makes the triggers anew."""

from hotline.migrations import life_guards

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    life_guards.put_up(revision)


def downgrade() -> None:
    life_guards.take_down()
