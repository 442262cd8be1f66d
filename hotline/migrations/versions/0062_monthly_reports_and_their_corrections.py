"""附件9 is reported: a month frozen, submitted and locked; corrections with their trace."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monthly_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reporter", sa.String(length=24), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_report")),
        sa.UniqueConstraint("month", "reporter", name=op.f("uq_monthly_report_month_reporter")),
    )
    op.create_index(op.f("ix_monthly_report_reporter"), "monthly_report", ["reporter"])
    op.create_table(
        "monthly_report_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["monthly_report.id"],
                                name=op.f("fk_monthly_report_correction_report_id_monthly_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_report_correction")),
    )
    op.create_index(op.f("ix_monthly_report_correction_report_id"), "monthly_report_correction", ["report_id"])


def downgrade() -> None:
    op.drop_table("monthly_report_correction")
    op.drop_table("monthly_report")
