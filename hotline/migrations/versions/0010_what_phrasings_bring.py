"""What phrasings bring, as it was measured last, and how often each led right and astray."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phrasing_worth",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("phrasings", sa.Integer(), nullable=False),
        sa.Column("askings", sa.Integer(), nullable=False),
        sa.Column("s1", sa.Double(), nullable=False),
        sa.Column("s5", sa.Double(), nullable=False),
        sa.Column("s1_without", sa.Double(), nullable=False),
        sa.Column("s5_without", sa.Double(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_phrasing_worth")),
    )
    op.add_column("phrasing", sa.Column("led_right", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("phrasing", sa.Column("led_astray", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("phrasing", "led_astray")
    op.drop_column("phrasing", "led_right")
    op.drop_table("phrasing_worth")
