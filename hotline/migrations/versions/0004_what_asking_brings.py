"""What asking brings: askings belong to the unanswered question they count for, whose other spellings are known."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered_spelling",
        sa.Column("words", sa.String(length=128), nullable=False),
        sa.Column("unanswered_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unanswered_id"], ["unanswered.id"], name=op.f("fk_unanswered_spelling_unanswered_id_unanswered")
        ),
        sa.PrimaryKeyConstraint("words", name=op.f("pk_unanswered_spelling")),
    )
    op.create_index("ix_unanswered_spelling_unanswered_id", "unanswered_spelling", ["unanswered_id"])
    # one statement each: SQLite would otherwise make the tables anew
    op.execute(
        "ALTER TABLE asked ADD COLUMN unanswered_id INTEGER "
        "CONSTRAINT fk_asked_unanswered_id_unanswered REFERENCES unanswered (id)"
    )
    op.create_index("ix_asked_unanswered_id", "asked", ["unanswered_id"])
    op.create_index("ix_asked_call_id", "asked", ["call_id"])
    op.add_column("unanswered", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("unanswered", sa.Column("since", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("unanswered", sa.Column("compared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("phrasing", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("phrasing", "heard_at")
    for column in ("compared", "since", "decided_at"):
        op.drop_column("unanswered", column)
    op.drop_index("ix_asked_call_id", "asked")
    op.drop_index("ix_asked_unanswered_id", "asked")
    op.execute("ALTER TABLE asked DROP COLUMN unanswered_id")
    op.drop_index("ix_unanswered_spelling_unanswered_id", "unanswered_spelling")
    op.drop_table("unanswered_spelling")
