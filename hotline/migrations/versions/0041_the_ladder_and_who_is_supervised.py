"""The ladder in a ticket, what is under supervision with its letters, and what a department gave back or may not.

Of tickets from before, what is not due yet is told of when it is; what is over goes to the competent office."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0041"
down_revision = "0031"
branch_labels = None
depends_on = None

STANDING = sa.text("ended_at IS NULL")
BEGIN = (
    "UPDATE ticket SET rung = CASE WHEN due_at > :now THEN 1 ELSE 2 END, rung_at = due_at"
    " WHERE state IN ('to_accept', 'in_hand') AND due_at IS NOT NULL"
)


def upgrade() -> None:
    op.create_table(
        "letter_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_letter_number")),
    )
    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("letter_year", sa.Integer(), nullable=True),
        sa.Column("letter_serial", sa.Integer(), nullable=True),
        sa.Column("letter_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_by", sa.String(length=60), nullable=False),
        sa.Column("demands", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.Column("ended_why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_supervision_department_id_department")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_supervision_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(op.f("ix_supervision_ticket_id"), "supervision", ["ticket_id"])
    op.create_index("uq_supervision_standing", "supervision", ["ticket_id"], unique=True, sqlite_where=STANDING,
                    postgresql_where=STANDING)
    op.add_column("ticket", sa.Column("rung", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("returned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("imposed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_ticket_rung_at"), "ticket", ["rung_at"])
    now = sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True))
    op.execute(sa.text(BEGIN).bindparams(now))
    op.execute("UPDATE ticket SET returned = (SELECT count(*) FROM ticket_step s WHERE s.ticket_id = ticket.id AND s.action = 'return')")
    life_guards.change(revision)


def downgrade() -> None:
    life_guards.change("0038")
    op.drop_index(op.f("ix_ticket_rung_at"), "ticket")
    for name in ("imposed", "returned", "rung_at", "rung"):
        op.drop_column("ticket", name)
    op.drop_table("supervision")
    op.drop_table("letter_number")
