"""The database: what all models share, and the two kinds of session."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from time import monotonic, sleep
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from hotline.settings import settings

PATIENCE = 5.0
LOOK_AGAIN = 0.001
NO_ROOM = "53100"  # PostgreSQL's word for a full disk
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused, for nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every model of the house."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 (SQLAlchemy reads it as a plain attribute)


class Database:
    """One database by its address, with `reading()` for looking and `writing()` for short changes.

    No error tells the values of a statement: they may be a citizen's, and errors are logged.
    `patience`: the most seconds of each wait, for a connection and for a lock; below the usual, for a statement too.
    `stuck_at`: when (monotonic) PostgreSQL last said that its disk is full, or went away, as it does when its log has
    no room."""

    def __init__(self, address: str, *, pool: int = 20, patience: float = PATIENCE) -> None:
        self.address, self.stuck_at = address, 0.0
        if address.startswith("sqlite"):
            # SQLite has one writer at a time: a pool of one makes writers queue here, in order and without
            # polling, instead of in the file's lock.
            self._writer = _sqlite(address, begin="BEGIN IMMEDIATE", pool=1, patience=patience)
            self._reader = _sqlite(address, begin="BEGIN", pool=pool, patience=patience)
        else:
            # What a caller waits for is limited; a long report or a migration isn't. A statement of which PostgreSQL
            # reckons with much would be compiled first, which takes longer than any of ours.
            options = "-c jit=off" + ("" if patience >= PATIENCE else f" -c statement_timeout={round(patience * 1000)}")
            self._writer = self._reader = create_engine(
                address, pool_size=pool, max_overflow=pool, pool_pre_ping=True, pool_timeout=patience,
                hide_parameters=True, connect_args={"connect_timeout": 3, "options": options},
            )
            event.listen(self._writer, "handle_error", self._note)

    @property
    def engine(self) -> Engine:
        """The engine that changes things (migrations take it)."""
        return self._writer

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to look with; nothing that it changes is kept."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back if anything is raised. Keep it below 50 ms."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def _note(self, fault: ExceptionContext) -> None:
        said = getattr(fault.original_exception, "sqlstate", None)
        if said == NO_ROOM or fault.is_disconnect or (said is None and fault.connection is None):
            self.stuck_at = monotonic()

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _sqlite(address: str, *, begin: str, pool: int, patience: float) -> Engine:
    engine = create_engine(
        address, pool_size=pool, max_overflow=0, pool_timeout=patience, hide_parameters=True,
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    busy = f"busy_timeout={round(patience * 1000)}"
    own_waiting = begin == "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        for pragma in ("journal_mode=wal", "foreign_keys=on", "synchronous=normal", busy):
            connection.execute(f"PRAGMA {pragma}")
        if own_waiting:  # in WAL a writer that has begun waits for nobody
            connection.execute("PRAGMA busy_timeout=0")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        _wait_for_turn(connection, begin, monotonic() + patience)

    return engine


def _wait_for_turn(connection: Connection, begin: str, until: float) -> None:
    """Begin as soon as no other process writes. SQLite itself looks again after up to a tenth of a second, and by
    then somebody else often writes."""
    plain: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    while monotonic() < until:
        try:
            plain.execute(begin)
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            sleep(LOOK_AGAIN)
        else:
            return
    connection.exec_driver_sql(begin)


def insert_into(session: Session, model: type[Base]) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that can say what happens on conflict, in the words of the session's database."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model)


@cache
def database() -> Database:
    """The database of this process."""
    return Database(settings().database_address)
