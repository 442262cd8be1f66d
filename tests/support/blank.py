"""Databases with all tables and no rows, made once of the migrations as they are: each test takes a copy."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from functools import cache
from hashlib import sha256
from pathlib import Path

from hotline.database import Database
from hotline.migrating import FOLDER, migrate
from tests.support import servers

KEPT = Path(__file__).resolve().parents[2] / ".pytest_cache" / "blank"


@cache
def sqlite() -> Path:
    """A SQLite file."""
    return _made("sqlite", _migrated)


@cache
def cluster() -> Path:
    """The data of a PostgreSQL cluster, whose database `hotline` has the tables."""
    return _made("postgresql", _clustered)


def copied(folder: Path, name: str = "hotline.db") -> Database:
    """A migrated SQLite database in this folder."""
    return Database(f"sqlite:///{shutil.copy(sqlite(), folder / name)}")


def _made(kind: str, make: Callable[[Path], None]) -> Path:
    """By who asks first, for all processes and for the next time; what was made of other migrations goes."""
    KEPT.mkdir(parents=True, exist_ok=True)
    wanted = KEPT / f"{kind}-{_digest()}"
    with (KEPT / f"{kind}.turn").open("w") as turn:
        flock(turn, LOCK_EX)
        if not wanted.exists():
            for old in KEPT.glob(f"{kind}-*"):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            draft = KEPT / f"draft-{kind}"
            make(draft)
            draft.rename(wanted)
    return wanted


def _digest() -> str:
    """A migration imports none of our code beyond its folder."""
    told = sha256(f"{sqlite3.sqlite_version} {servers.POSTGRES}".encode())
    for path in sorted(FOLDER.rglob("*.py")):
        told.update(str(path.relative_to(FOLDER)).encode() + path.read_bytes())
    return told.hexdigest()[:16]


def _migrated(path: Path) -> None:
    path.unlink(missing_ok=True)
    _with_tables(f"sqlite:///{path}")


def _clustered(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="hl-pg-") as aside:
        with servers.postgresql(Path(aside)) as address:
            _with_tables(address)
        shutil.copytree(Path(aside) / "data", folder)


def _with_tables(address: str) -> None:
    here = Database(address)
    migrate(here)
    here.close()
