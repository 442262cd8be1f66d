"""Where a recording was put away, how it is packed, under which key it is sealed, and how loud it is; those of before
lie in the spool and are put away by the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

COLUMNS = ("stored", "stored_size", "packing", "key_id", "gain")


def upgrade() -> None:
    op.add_column("recording", sa.Column("stored", sa.String(120), nullable=False, server_default=""))
    op.add_column("recording", sa.Column("stored_size", sa.Integer(), nullable=True))
    op.add_column("recording", sa.Column("packing", sa.String(10), nullable=False, server_default=""))
    op.add_column("recording", sa.Column("key_id", sa.String(20), nullable=False, server_default=""))
    op.add_column("recording", sa.Column("gain", sa.Float(), nullable=False, server_default="0"))
    op.create_index("ix_recording_key_id", "recording", ["key_id"])


def downgrade() -> None:
    op.drop_index("ix_recording_key_id", "recording")
    for name in reversed(COLUMNS):
        op.drop_column("recording", name)
