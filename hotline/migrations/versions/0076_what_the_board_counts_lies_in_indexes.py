"""What the supervisors' board counts of any time lies in indexes: who asked for a person, who was rated, and how long was
written up, which is noted from now on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offer", sa.Column("wrapped_up_at", sa.DateTime(timezone=True), nullable=True))
    _part("ix_call_asked", "call", ["direction", "began_at"], "queued_at IS NOT NULL",
          "id", "queued_at", "answered_at", "ended_at", "outcome")  # fmt: skip
    _part("ix_call_step_rated", "call_step", ["at"], "kind = 'rated'", "call_id")
    _part("ix_offer_wrapped_up", "offer", ["ended_at"], "wrapped_up_at IS NOT NULL", "call_id", "wrapped_up_at")


def downgrade() -> None:
    for name, table in (("ix_offer_wrapped_up", "offer"), ("ix_call_step_rated", "call_step"),
                        ("ix_call_asked", "call")):  # fmt: skip
        op.drop_index(name, table)
    op.drop_column("offer", "wrapped_up_at")


def _part(name: str, table: str, columns: list[str], which: str, *beside: str) -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(which), "postgresql_where": sa.text(which)}
    op.create_index(name, table, columns, postgresql_include=list(beside), **where)
