"""Alembic's entry: runs the migrations on the engine that it was handed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from hotline.database import Base, UtcDateTime


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own types are written as what they are in the database: a migration imports none of our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


engine = context.config.attributes["engine"]



@contextmanager
def unreferenced(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: rows that point to it would forbid that. What points nowhere
    afterwards is no migration."""
    if connection.dialect.name != "sqlite":
        yield
        return
    plain: Any = connection.connection.driver_connection
    plain.execute("PRAGMA foreign_keys=off")
    try:
        yield
    finally:
        plain.execute("PRAGMA foreign_keys=on")
    if lost := plain.execute("PRAGMA foreign_key_check").fetchall():
        raise RuntimeError(f"the migration left rows that point nowhere: {lost[:3]}")


with engine.connect() as connection, unreferenced(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=False,
        render_item=plain,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
