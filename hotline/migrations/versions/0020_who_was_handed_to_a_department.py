"""Callers handed to a department, each attempt to reach a liaison, and the recordings of single legs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("klass", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("otherwise", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_transfer_account_id_account")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_transfer_call_id_call")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_transfer_department_id_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    for column in ("call_id", "department_id", "state", "began_at"):
        op.create_index(op.f(f"ix_transfer_{column}"), "transfer", [column])
    op.create_table(
        "transfer_attempt",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("dialled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_attempt_transfer_id_transfer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_attempt")),
    )
    for column in ("transfer_id", "outcome"):
        op.create_index(op.f(f"ix_transfer_attempt_{column}"), "transfer_attempt", [column])
    with op.batch_alter_table("recording") as batch_op:
        batch_op.add_column(sa.Column("leg", sa.String(length=60), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("uq_recording_call_id_kind"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_recording_call_id_kind_leg"), ["call_id", "kind", "leg"])


def downgrade() -> None:
    op.execute("DELETE FROM recording WHERE kind = 'leg'")
    with op.batch_alter_table("recording") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_recording_call_id_kind_leg"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_recording_call_id_kind"), ["call_id", "kind"])
        batch_op.drop_column("leg")
    op.drop_table("transfer_attempt")
    op.drop_table("transfer")
