"""How the machine speaks: words read as the office wants, prompts that a person said, and what was heard of it all."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

STANDING = sa.text("approved_at IS NOT NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.add_column("speech_order", sa.Column("said", sa.Text(), nullable=False, server_default=""))
    op.add_column("speech_order", sa.Column("corrected", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "spoken_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("read", sa.String(length=100), nullable=False),
        sa.Column("within", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["replaces"], ["spoken_reading.id"], name=op.f("fk_spoken_reading_replaces_spoken_reading")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken_reading")),
    )
    op.create_table(
        "prompt_take",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("speaker", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=60), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_take")),
    )
    op.create_index(op.f("ix_prompt_take_prompt"), "prompt_take", ["prompt"])
    op.create_index("ix_prompt_take_standing", "prompt_take", ["prompt"], unique=True, sqlite_where=STANDING,
                    postgresql_where=STANDING)  # fmt: skip
    op.create_table(
        "sound_heard",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sound_heard")),
    )


def downgrade() -> None:
    op.drop_table("sound_heard")
    op.drop_table("prompt_take")
    op.drop_table("spoken_reading")
    op.drop_column("speech_order", "corrected")
    op.drop_column("speech_order", "said")
