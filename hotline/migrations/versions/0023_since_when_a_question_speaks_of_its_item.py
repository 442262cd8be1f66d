"""Since when a question speaks of its licence item: what was signed before doesn't cover it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022a"
branch_labels = None
depends_on = None

ENTRY = sa.table("entry", sa.column("id"), sa.column("licence_id"), sa.column("linked_at", sa.DateTime(timezone=True)))
TRAIL = sa.table("audit_row", sa.column("id"), sa.column("at", sa.DateTime(timezone=True)), sa.column("deed"),
                 sa.column("thing"), sa.column("details", sa.JSON))  # fmt: skip


def upgrade() -> None:
    """When what is linked was linked the trail knows; where it tells of none, it always was."""
    op.add_column("entry", sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True))
    links = sa.select(TRAIL).where(TRAIL.c.deed == "licence.linked").order_by(TRAIL.c.id)
    for row in op.get_bind().execute(links).all():
        here = ENTRY.c.id.in_(row.details["come"]) & (ENTRY.c.licence_id == int(row.thing))
        op.execute(ENTRY.update().where(here).values(linked_at=row.at))


def downgrade() -> None:
    op.drop_column("entry", "linked_at")
