"""An e-mail address gets nothing before its owner told us the code that was sent there. Who is written to so far has
shown by it that he is there: he stays confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("telling_wish", sa.Column("confirmed", sa.String(length=120), nullable=False, server_default=""))
    op.execute(sa.text("UPDATE telling_wish SET confirmed = email WHERE by_email"))
    op.create_table(
        "address_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_address_code_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_address_code")),
    )


def downgrade() -> None:
    op.drop_table("address_code")
    op.drop_column("telling_wish", "confirmed")
