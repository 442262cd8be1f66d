"""How well calls were answered, as quality inspection judges it; and an operator's own calls are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0076"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "assessment", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("call_id", sa.String(40), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False), sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(60), nullable=False), sa.Column("at", TIME, nullable=False), sa.Column("score", sa.Integer()),
        sa.Column("remarks", sa.String(500), nullable=False), sa.Column("scored_by", sa.String(60), nullable=False),
        sa.Column("scored_at", TIME),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_assessment_call_id_call"),
        sa.ForeignKeyConstraint(["operator_id"], ["account.id"], name="fk_assessment_operator_id_account"),
        sa.UniqueConstraint("call_id", name="uq_assessment_call_id"),
    )  # fmt: skip
    op.create_index("ix_assessment_operator_id", "assessment", ["operator_id"])
    op.create_index("ix_call_operator_began", "call", ["operator_id", "began_at"],
                    postgresql_include=["answered_at", "ended_at"])  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_call_operator_began", "call")
    op.drop_table("assessment")
