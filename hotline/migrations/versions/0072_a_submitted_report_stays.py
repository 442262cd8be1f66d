"""附件9 stays as it was submitted: the database itself refuses to change or take away a locked report, or a correction.
Who makes its index anew says meanwhile that it lives."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

SUBMITTED = "WHEN (OLD.submitted_at IS NOT NULL)"
GUARDED = (("monthly_report", SUBMITTED), ("monthly_report_correction", ""))
WORDS = "'a submitted report never changes'"


def upgrade() -> None:
    if _on_postgresql():
        op.execute("CREATE FUNCTION refuse_unsubmitting() RETURNS trigger LANGUAGE plpgsql AS "
                   f"$$ BEGIN RAISE EXCEPTION {WORDS}; END $$")  # fmt: skip
    for table, when in GUARDED:
        for deed in ("UPDATE", "DELETE"):
            op.execute(_trigger(table, deed, when))
    op.add_column("index_rebuilt", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("index_rebuilt", "seen_at")
    for table, _ in GUARDED:
        for deed in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_{deed}" + (f" ON {table}" if _on_postgresql() else ""))
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_unsubmitting()")


def _trigger(table: str, deed: str, when: str) -> str:
    head = f"CREATE TRIGGER {table}_{deed.lower()} BEFORE {deed} ON {table}"
    if _on_postgresql():
        return f"{head} FOR EACH ROW {when} EXECUTE FUNCTION refuse_unsubmitting()"
    return f"{head} {when} BEGIN SELECT RAISE(ABORT, {WORDS}); END"


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
