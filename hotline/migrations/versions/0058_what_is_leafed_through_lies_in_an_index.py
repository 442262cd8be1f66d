"""What is counted and leafed through lies in an index, so that no row is read only to be skipped."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0054"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("queued_at IS NOT NULL AND answered_at IS NULL")
PARTIAL = {"sqlite_where": UNANSWERED, "postgresql_where": UNANSWERED}
DUE = ("department_id", "coalesce(due_at, county_by, promised_by)", "id DESC")


def upgrade() -> None:
    _anew("ix_notice_account_id", "notice", "account_id", "id")
    _anew("ix_asked_unanswered_id", "asked", "unanswered_id", "channel")
    _anew("ix_call_unanswered", "call", "began_at", postgresql_include=["id", "ended_at"], **PARTIAL)
    _anew("ix_ticket_department_id_due", "ticket", *DUE,
          postgresql_include=["state", "due_at", "county_by", "promised_by"])  # fmt: skip
    op.create_index("ix_ticket_klass_state", "ticket", ["klass", "state"])


def downgrade() -> None:
    op.drop_index("ix_ticket_klass_state", "ticket")
    _anew("ix_ticket_department_id_due", "ticket", *DUE)
    _anew("ix_call_unanswered", "call", "began_at", **PARTIAL)
    _anew("ix_asked_unanswered_id", "asked", "unanswered_id")
    _anew("ix_notice_account_id", "notice", "account_id")


def _anew(name: str, table: str, *columns: str, **how: Any) -> None:
    op.drop_index(name, table)
    op.create_index(name, table, [sa.text(c) for c in columns], **how)
