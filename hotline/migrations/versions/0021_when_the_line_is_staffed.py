"""When the line is staffed: days with hours of their own, years that the office entered, who changed a day and when."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "special_hours",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_special_hours")),
    )
    op.create_table(
        "settled_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_settled_year")),
    )
    op.add_column("calendar_day", sa.Column("by", sa.String(60), nullable=False, server_default=""))
    op.add_column("calendar_day", sa.Column("at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("calendar_day", "at")
    op.drop_column("calendar_day", "by")
    op.drop_table("settled_year")
    op.drop_table("special_hours")
