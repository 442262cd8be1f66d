"""What is counted of a month lies in an index of its days: calls, what was told, what came from the web, what departments
answered and ended; what was told of a version, too."""

from alembic import op

revision = "0070"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_call_direction_began_at", "call")
    op.create_index("ix_call_direction_began_at", "call", ["direction", "began_at"], postgresql_include=["outcome"])
    op.create_index("ix_telling_at", "telling", ["at"])
    op.drop_index("ix_telling_entry_version_id", "telling")
    op.create_index("ix_telling_entry_version_id", "telling", ["entry_version_id", "at"])
    op.create_index("ix_ticket_source_intake_at", "ticket", ["source", "intake_at"])
    for moment in ("answered_at", "over_at"):
        op.create_index(f"ix_handing_department_id_{moment}", "handing", ["department_id", moment])


def downgrade() -> None:
    for moment in ("over_at", "answered_at"):
        op.drop_index(f"ix_handing_department_id_{moment}", "handing")
    op.drop_index("ix_ticket_source_intake_at", "ticket")
    op.drop_index("ix_telling_entry_version_id", "telling")
    op.create_index("ix_telling_entry_version_id", "telling", ["entry_version_id"])
    op.drop_index("ix_telling_at", "telling")
    op.drop_index("ix_call_direction_began_at", "call")
    op.create_index("ix_call_direction_began_at", "call", ["direction", "began_at"])
