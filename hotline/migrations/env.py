"""Alembic's entry: runs the migrations on the engine that it was handed."""

from typing import Any, Literal

from alembic import context

from hotline.database import Base, UtcDateTime


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own types are written as what they are in the database: a migration imports none of our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


engine = context.config.attributes["engine"]

with engine.connect() as connection:
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
