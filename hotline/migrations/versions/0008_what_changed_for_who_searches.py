"""What changed for who searches: the database itself notes each change that an index must follow, whoever makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WATCHED = {  # table: (what kind of change, the column that names the thing, the columns that matter)
    "entry": ("entry", "id", "department_id, question, category, keywords, state, published, licence_id, hot_from, hot_until"),
    "entry_version": ("entry", "entry_id", "entry_id, number, question, category, keywords, answer, spoken, summary, valid_from, valid_to"),
    "phrasing": ("entry", "entry_id", "entry_id, text, approval"),
    "licence": ("licence", "id", "name, shown"),
    "synonym": ("synonym", "id", "words"),
    "department": ("department", "id", "code, name, short_name, aliases, initials, category, effective_from, effective_to"),
    "department_succession": ("department", "successor_id", 'predecessor_id, successor_id, kind, "on"'),
    "embedding": ("vector", "digest", "digest, model, vector"),
}
_Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "knowledge_change",
        sa.Column("id", _Big, nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("thing", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_knowledge_change_moment", "knowledge_change", ["moment"])
    for statement in _on_postgresql_made() if _on_postgresql() else _on_sqlite_made():
        op.execute(statement)


def downgrade() -> None:
    for table in WATCHED:
        if _on_postgresql():
            op.execute(f"DROP TRIGGER {table}_changed ON {table}")
        else:
            for deed in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_changed_{deed}")
    if _on_postgresql():
        op.execute("DROP FUNCTION note_change()")
    op.drop_table("knowledge_change")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _on_postgresql_made() -> list[str]:
    """Rows carry the number of their transaction: transactions end in another order than rows are numbered in."""
    note = """
        CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            before text; after text;
        BEGIN
            IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) ->> TG_ARGV[1]; END IF;
            IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) ->> TG_ARGV[1]; END IF;
            INSERT INTO knowledge_change (moment, kind, thing)
            SELECT DISTINCT pg_current_xact_id()::text::bigint, TG_ARGV[0], thing
            FROM unnest(ARRAY[before, after]) AS thing WHERE thing IS NOT NULL;
            RETURN NULL;
        END $$"""
    return [note] + [
        f"CREATE TRIGGER {table}_changed AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION note_change('{kind}', '{thing}')"
        for table, (kind, thing, columns) in WATCHED.items()
    ]


def _on_sqlite_made() -> list[str]:
    """One writer at a time: rows are numbered in the order in which their transactions end."""
    made = []
    for table, (kind, thing, columns) in WATCHED.items():
        for deed, when in (("insert", "INSERT"), ("delete", "DELETE"), ("update", f"UPDATE OF {columns}")):
            rows = {"insert": ["NEW"], "delete": ["OLD"], "update": ["OLD", "NEW"]}[deed]
            notes = " UNION ".join(f"SELECT '{kind}', {row}.{thing}" for row in rows)
            made.append(
                f"CREATE TRIGGER {table}_changed_{deed} AFTER {when} ON {table} BEGIN "
                f"INSERT INTO knowledge_change (kind, thing) {notes}; END"
            )
    return made
