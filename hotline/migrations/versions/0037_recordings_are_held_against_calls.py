"""What reconciliation found, how long recordings are kept, what was destroyed, and what takes a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _key() -> "sa.Column[int]":
    return sa.Column("id", sa.Integer(), primary_key=True)


def _text(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "recording_finding", _key(), _text("kind", 16), _text("thing", 200), _text("call_id", 40), _text("detail", 300),
        _text("done", 12), sa.Column("open", sa.Boolean(), nullable=False), sa.Column("found_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False), sa.Column("settled_at", TIME), _text("settled_by", 60),
        _text("remark", 300),
    )  # fmt: skip
    op.create_index("ix_recording_finding_kind", "recording_finding", ["kind"])
    op.create_index("ix_recording_finding_open", "recording_finding", ["open"])
    op.create_table(
        "reconciliation", _key(), sa.Column("began_at", TIME, nullable=False), sa.Column("ended_at", TIME), _text("by", 60),
        sa.Column("counts", sa.JSON(), nullable=False),
    )  # fmt: skip
    op.create_index("ix_reconciliation_began_at", "reconciliation", ["began_at"])
    op.create_table(
        "recording_request", _key(), _text("wish", 10), _text("call_id", 40), _text("reason", 300), _text("asked_by", 60),
        sa.Column("asked_at", TIME, nullable=False), _text("decided_by", 60), sa.Column("decided_at", TIME),
        sa.Column("granted", sa.Boolean()), sa.Column("until", TIME),
    )  # fmt: skip
    op.create_index("ix_recording_request_wish", "recording_request", ["wish"])
    op.create_index("ix_recording_request_call_id", "recording_request", ["call_id"])
    op.create_table(
        "retention_rule", _key(), sa.Column("valid_from", sa.Date(), nullable=False), sa.Column("days", sa.Integer(), nullable=False),
        _text("basis", 200), _text("written_by", 60), sa.Column("written_at", TIME, nullable=False),
        _text("confirmed_by", 60), sa.Column("confirmed_at", TIME),
    )  # fmt: skip
    op.create_table(
        "destruction", _key(), sa.Column("began_at", TIME, nullable=False), sa.Column("ended_at", TIME), _text("by", 60),
        _text("basis", 300), sa.Column("count", sa.Integer(), nullable=False), _text("list_sha256", 64),
    )  # fmt: skip
    with op.batch_alter_table("recording") as table:
        table.add_column(sa.Column("checked_at", TIME, nullable=True))
        table.add_column(sa.Column("destruction_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_recording_destruction_id_destruction", "destruction", ["destruction_id"], ["id"])
        table.create_index("ix_recording_checked_at", ["checked_at"])
        table.create_index("ix_recording_destruction_id", ["destruction_id"])


def downgrade() -> None:
    with op.batch_alter_table("recording") as table:
        table.drop_index("ix_recording_destruction_id")
        table.drop_index("ix_recording_checked_at")
        table.drop_constraint("fk_recording_destruction_id_destruction", type_="foreignkey")
        table.drop_column("destruction_id")
        table.drop_column("checked_at")
    for name in ("destruction", "retention_rule", "recording_request", "reconciliation", "recording_finding"):
        op.drop_table(name)
