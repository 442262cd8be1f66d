"""What one person marked as private in a recording, and another had masked."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "recording_mask", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Float(), nullable=False), sa.Column("ends", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False), sa.Column("marked_by", sa.String(60), nullable=False),
        sa.Column("marked_at", TIME, nullable=False), sa.Column("decided_by", sa.String(60), nullable=False),
        sa.Column("decided_at", TIME), sa.Column("granted", sa.Boolean()),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_recording_mask_recording_id_recording"),
    )  # fmt: skip
    op.create_index("ix_recording_mask_recording_id", "recording_mask", ["recording_id"])
    op.create_index("ix_recording_mask_decided_at", "recording_mask", ["decided_at"])


def downgrade() -> None:
    op.drop_table("recording_mask")
