"""A SQLite file with all tables, made once in a process: each test takes a copy of it."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from hotline.database import Database
from hotline.migrating import migrate


@cache
def _made() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """The folder, which goes with the process, and the file in it."""
    folder = tempfile.TemporaryDirectory(prefix="hl-blank-")
    path = Path(folder.name) / "hotline.db"
    here = Database(f"sqlite:///{path}")
    migrate(here)
    here.close()
    return folder, path


def copied(folder: Path, name: str = "hotline.db") -> Database:
    """A migrated SQLite database in this folder."""
    return Database(f"sqlite:///{shutil.copy(_made()[1], folder / name)}")
