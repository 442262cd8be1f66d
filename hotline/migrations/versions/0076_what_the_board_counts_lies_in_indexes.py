"""What the supervisors' board counts of any time lies in indexes: who asked for a person, what rang, who was rated; and
when a call was written up is noted from now on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

RATED = "kind = 'rated'"


def upgrade() -> None:
    op.add_column("offer", sa.Column("wrapped_up_at", sa.DateTime(timezone=True), nullable=True))
    _anew("ix_offer_ended_at", "offer", ["ended_at"], "call_id", "account_id", "answered_at", "wrapped_up_at")
    _anew("ix_ticket_source_intake_at", "ticket", ["source", "intake_at"], "call_id")
    _anew("ix_telling_at", "telling", ["at"], "entry_id", "channel", "authorisation_id", "call_id")
    _part("ix_call_asked", "call", ["direction", "began_at"], "queued_at IS NOT NULL",
          postgresql_include=["id", "queued_at", "answered_at", "ended_at", "outcome"])  # fmt: skip
    _part("ix_call_step_rated_call_id", "call_step", ["call_id"], RATED)
    _part("ix_call_step_rated_at", "call_step", ["at"], RATED)


def downgrade() -> None:
    for name, table in (("ix_call_step_rated_at", "call_step"), ("ix_call_step_rated_call_id", "call_step"),
                        ("ix_call_asked", "call")):  # fmt: skip
        op.drop_index(name, table)
    _anew("ix_telling_at", "telling", ["at"], "entry_id", "channel", "authorisation_id")
    _anew("ix_ticket_source_intake_at", "ticket", ["source", "intake_at"])
    _anew("ix_offer_ended_at", "offer", ["ended_at"])
    op.drop_column("offer", "wrapped_up_at")


def _anew(name: str, table: str, columns: list[str], *beside: str) -> None:
    more: dict[str, Any] = {"postgresql_include": list(beside)} if beside else {}
    op.drop_index(name, table)
    op.create_index(name, table, columns, **more)


def _part(name: str, table: str, columns: list[str], which: str, **more: Any) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which), **more)
