"""From when and for how many days a ticket's clocks run, so that they can be counted again, and why the caller's ends
then. Tickets from before: their days are those that their reasons count, from the last time a department was handed them."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

COLUMNS = ("promised_days", "why_promised", "due_from", "due_days", "extended_days")
TICKET = sa.table("ticket", sa.column("id", sa.Integer), sa.column("why_due", sa.JSON), sa.column("due_at"),
                  sa.column("promised_days", sa.Integer), sa.column("due_days", sa.Integer))  # fmt: skip
COUNTED = re.compile(r"，第(\d+)个工作日")
HANDED = sa.text(
    "UPDATE ticket SET due_from = (SELECT max(s.at) FROM ticket_step s WHERE s.ticket_id = ticket.id"
    " AND s.action IN ('dispatch', 'redo', 'redo_again')) WHERE due_at IS NOT NULL"
)


def upgrade() -> None:
    op.add_column("ticket", sa.Column("promised_days", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("why_promised", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("ticket", sa.Column("due_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("due_days", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("extended_days", sa.Integer(), nullable=False, server_default="0"))
    op.execute(HANDED)
    for row in op.get_bind().execute(sa.select(TICKET.c.id, TICKET.c.why_due)).all():
        days = max((int(n) for n in COUNTED.findall("\n".join(row.why_due))), default=None)
        op.execute(TICKET.update().where(TICKET.c.id == row.id).values(promised_days=days, due_days=days))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("ticket", name)
