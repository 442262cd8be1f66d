"""Writing many rows at once: by COPY on PostgreSQL, by executemany on SQLite."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json
from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.orm import Session

from cli.fill.paper import Row
from hotline.database import Base

Rows = Sequence[tuple[Table, list[Row]]]
GUARDED = ("ticket", "ticket_step")
"""Tables that let a ticket begin only at its beginning: what has lived already is written down as it stands."""


def write(session: Session, rows: Rows) -> None:
    """Write them, in this order."""
    connection = session.connection()
    for table, these in rows:
        full = {column.name: _usual(column) for column in table.columns if column.name in these[0] or not _own(column)}
        if connection.dialect.name == "postgresql":
            _copy(connection, table, full, these)
        else:
            connection.execute(insert(table), [full | row for row in these])


@contextmanager
def beside(session: Session) -> Iterator[Callable[[Rows], None]]:
    """Writes while the next rows are invented: the database works beside us. All is written at the end; what went wrong
    is raised then at the latest."""
    with ThreadPoolExecutor(1) as pool:
        under_way = list[Future[None]]()

        def put(rows: Rows) -> None:
            while under_way:
                under_way.pop().result()
            under_way.append(pool.submit(write, session, rows))

        yield put
        for last in under_way:
            last.result()


def last_ids(session: Session) -> dict[str, int]:
    """The highest id of each table that counts its rows."""
    counted = [table for table in Base.metadata.sorted_tables if _counted(table)]
    return {table.name: session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0 for table in counted}


def counters_on(session: Session) -> None:
    """Have the database go on counting behind what was written; SQLite does by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for name, last in last_ids(session).items():
        if last:
            session.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                            {"name": f'"{name}"', "last": last})  # fmt: skip


@contextmanager
def unguarded(session: Session) -> Iterator[None]:
    """Without the triggers of a ticket's life; what breaks off is rolled back, and the triggers are there as before."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        for name in GUARDED:
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        yield
        for name in GUARDED:
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
        return
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
                                   "('ticket', 'ticket_step')")).all()  # fmt: skip
    for row in rows:
        connection.exec_driver_sql(f"DROP TRIGGER {row.name}")
    yield
    for row in rows:
        connection.exec_driver_sql(row.sql)


def _copy(connection: Connection, table: Table, full: Row, rows: list[Row]) -> None:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    names = list(full)
    usual = [_plain(value) for value in full.values()]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names)))  # fmt: skip
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([_plain(row[name]) if name in row else value
                            for name, value in zip(names, usual, strict=True)])  # fmt: skip


def _plain(value: Any) -> Any:
    """A value as COPY takes it."""
    if value is None or type(value) in (str, int, float, bool, datetime):
        return value
    return Json(value) if isinstance(value, dict | list) else str(value) if isinstance(value, str) else value


def _usual(column: Any) -> Any:
    """What a column holds where nobody says."""
    if column.default is None:
        return None
    given = column.default.arg
    return given(None) if callable(given) else given


def _own(column: Any) -> bool:
    """Whether the database itself numbers or reckons it."""
    return bool(column.primary_key or column.computed)


def _counted(table: Table) -> bool:
    key = list(table.primary_key.columns)
    return len(key) == 1 and key[0].name == "id" and key[0].type.python_type is int
