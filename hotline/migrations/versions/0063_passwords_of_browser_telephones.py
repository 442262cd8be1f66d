"""To whom a telephone in the browser was told its password, and until when that holds."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_password",
        sa.Column("extension", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phone_password_account_id_account")),
        sa.PrimaryKeyConstraint("extension", name=op.f("pk_phone_password")),
    )
    op.create_index(op.f("ix_phone_password_account_id"), "phone_password", ["account_id"])


def downgrade() -> None:
    op.drop_table("phone_password")
