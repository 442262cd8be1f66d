"""The audit trail only grows: the database itself refuses to change or take away a row."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("audit_row", "audit_seal")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$"
        )
    for table in TABLES:
        for deed in ("UPDATE", "DELETE"):
            op.execute(_trigger(table, deed))


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for deed in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER {table}_{deed.lower()}" + (f" ON {table}" if on_postgresql else ""))
    if on_postgresql:
        op.execute("DROP FUNCTION refuse_change()")


def _trigger(table: str, deed: str) -> str:
    head = f"CREATE TRIGGER {table}_{deed.lower()} BEFORE {deed} ON {table}"
    if op.get_bind().dialect.name == "postgresql":
        return f"{head} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    return f"{head} BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END"
