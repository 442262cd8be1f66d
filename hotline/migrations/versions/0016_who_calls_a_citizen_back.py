"""Who holds a call-back that a person makes, how he verified the citizen, and what waits for the supervisor."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("callback") as batch_op:
        batch_op.add_column(sa.Column("holder_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_callback_holder_id_account"), "account", ["holder_id"], ["id"])
    op.add_column("callback_attempt", sa.Column("by", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("callback_attempt", sa.Column("verified", sa.String(length=10), nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("operator_satisfaction", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
    # What was disputed before waits for its decision too.
    op.execute(
        "UPDATE ticket SET disputed_at = (SELECT max(s.at) FROM ticket_step s WHERE s.ticket_id = ticket.id"
        " AND s.action = 'disputed') WHERE state = 'to_call_back'"
    )


def downgrade() -> None:
    op.drop_column("ticket", "disputed_at")
    op.drop_column("ticket", "operator_satisfaction")
    op.drop_column("callback_attempt", "verified")
    op.drop_column("callback_attempt", "by")
    with op.batch_alter_table("callback") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_callback_holder_id_account"), type_="foreignkey")
        batch_op.drop_column("holder_id")
