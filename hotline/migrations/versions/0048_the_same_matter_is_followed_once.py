"""Which ticket another goes with, for they are the same matter; what is confidential never goes with what isn't."""

import sqlalchemy as sa
from alembic import op

from hotline.migrations import life_guards

revision = "0048"
down_revision = "0046"
branch_labels = None
depends_on = None

BEFORE = "0044"
UNLIKE = "what is confidential does not go with what is not"
WHEN = ("EXISTS (SELECT 1 FROM ticket o WHERE o.confidential <> NEW.confidential"
        " AND (o.id = NEW.merged_into_id OR o.merged_into_id = NEW.id))")  # fmt: skip


def upgrade() -> None:
    op.add_column("ticket", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    if _on_postgresql():
        op.create_foreign_key("fk_ticket_merged_into_id_ticket", "ticket", "ticket", ["merged_into_id"], ["id"])
    op.create_index(op.f("ix_ticket_merged_into_id"), "ticket", ["merged_into_id"])
    op.create_index(op.f("ix_ticket_contact"), "ticket", ["contact"])
    op.create_index("ix_ticket_department_intake", "ticket", ["department_id", "intake_at"])
    life_guards.change(revision)
    op.execute(sa.text(_trigger()))


def downgrade() -> None:
    op.execute("DROP TRIGGER ticket_merged" + (" ON ticket" if _on_postgresql() else ""))
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_ticket_merged()")
        op.drop_constraint("fk_ticket_merged_into_id_ticket", "ticket", type_="foreignkey")
    life_guards.change(BEFORE)
    for name in ("ix_ticket_department_intake", "ix_ticket_contact", "ix_ticket_merged_into_id"):
        op.drop_index(name, "ticket")
    op.drop_column("ticket", "merged_into_id")


def _trigger() -> str:
    if not _on_postgresql():
        return ("CREATE TRIGGER ticket_merged BEFORE UPDATE OF merged_into_id, confidential ON ticket"
                f" WHEN {WHEN} BEGIN SELECT RAISE(ABORT, '{UNLIKE}'); END")  # fmt: skip
    op.execute(sa.text("CREATE FUNCTION refuse_ticket_merged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                       f" IF {WHEN} THEN RAISE EXCEPTION '{UNLIKE}'; END IF; RETURN NEW; END $$"))  # fmt: skip
    return ("CREATE TRIGGER ticket_merged BEFORE UPDATE OF merged_into_id, confidential ON ticket"
            " FOR EACH ROW EXECUTE FUNCTION refuse_ticket_merged()")  # fmt: skip


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
