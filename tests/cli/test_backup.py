"""A copy of the database that was taken while people worked is put back, and the trail in it holds with the same head."""

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from cli import database as commands
from cli import demo_load, image
from cli.engine import ExchangeError
from cli.main import main
from dispatch.calls import calls
from dispatch.calls.calls import Call
from hotline import audit
from hotline.database import Database
from tests.conftest import NOON, PASSWORD
from tests.support import blank
from tests.support.servers import POSTGRES, another

CALLS = 40


def hotline(folder: Path, *words: str, **settings: str) -> Result:
    clean = {name: None for name in os.environ if name.startswith("HOTLINE_")}
    return CliRunner().invoke(main, words, env=clean | {"HOTLINE_FOLDER": str(folder)} | settings)


def fill(database: Database) -> None:
    with database.writing() as session:
        list(demo_load.load(session, password=PASSWORD, at=NOON))
        for n in range(CALLS):
            calls.begin(session, f"call-{n}", caller="13887712345", dialled="96128", at=NOON)
            audit.note(session, "call.seen", by="operator1", at=NOON, about=("call", f"call-{n}"))


def counted(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Call)) or 0


def later(database: Database) -> None:
    """What happens after the copy was taken, and is lost with the machine."""
    with database.writing() as session:
        calls.begin(session, "too-late", caller="13887712345", dialled="96128", at=NOON)
        audit.note(session, "call.seen", by="operator1", at=NOON, about=("call", "too-late"))


@contextmanager
def opened(address: str) -> Iterator[Database]:
    database = Database(address)
    yield database
    database.close()


def test_the_embedded_database_is_copied_while_somebody_writes_and_put_back(tmp_path: Path) -> None:
    lived, new, copy = tmp_path / "lived", tmp_path / "new", tmp_path / "hotline.db"
    for folder in (lived, new):
        folder.mkdir()
    with closing(blank.copied(lived)) as database:
        fill(database)
        before = hotline(lived, "audit", "verify")
        assert before.exit_code == 0, before.output
        with database.reading() as somebody:  # reads on, and the last commits still lie beside the file
            somebody.scalar(select(func.count()).select_from(Call))
            done = hotline(lived, "database", "backup", str(copy))
        assert done.exit_code == 0, done.output
        assert done.stdout == f"Copied to {copy}; integrity: ok\n"
        later(database)
    (new / "hotline.db").write_bytes(copy.read_bytes())
    after = hotline(new, "audit", "verify")
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    with opened(f"sqlite:///{new}/hotline.db") as database:
        assert counted(database) == CALLS
    with sqlite3.connect(new / "hotline.db") as there, pytest.raises(sqlite3.IntegrityError, match="only grows"):
        there.execute("UPDATE audit_row SET reason = 'x' WHERE id = 7")


def test_postgresql_is_dumped_and_put_back_as_the_page_says(tmp_path: Path, postgresql_address: str) -> None:
    with another(postgresql_address, "lived", template="hotline") as lived, another(postgresql_address, "new") as new:
        with opened(lived) as database:
            fill(database)
        before = hotline(tmp_path, "audit", "verify", HOTLINE_DATABASE_URL=lived)
        assert before.exit_code == 0, before.output
        refused = hotline(tmp_path, "database", "backup", str(tmp_path / "x"), HOTLINE_DATABASE_URL=lived)
        assert (refused.exit_code, "pg_dump" in refused.output) == (1, True)
        dump = tmp_path / "hotline.dump"
        dump.write_bytes(_tool("pg_dump", "--format=custom", _plain(lived)))
        with opened(lived) as database:
            later(database)
        _tool("pg_restore", "--exit-on-error", "--dbname", _plain(new), str(dump))
        after = hotline(tmp_path, "audit", "verify", HOTLINE_DATABASE_URL=new)
        assert (after.exit_code, after.stdout) == (0, before.stdout)
        with opened(new) as database:
            assert counted(database) == CALLS


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg:", "postgresql:")


def _tool(name: str, *words: str) -> bytes:
    return subprocess.run([POSTGRES[-1] / name, *words], check=True, capture_output=True).stdout


def test_where_there_is_no_database_a_backup_says_so_and_makes_none(tmp_path: Path) -> None:
    done = hotline(tmp_path, "database", "backup", str(tmp_path / "copy.db"))
    assert (done.exit_code, "no database" in done.output) == (1, True)
    assert not (tmp_path / "hotline.db").exists()


def test_a_long_copy_says_each_tenth_also_where_no_terminal_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blank.copied(tmp_path)
    with sqlite3.connect(tmp_path / "hotline.db") as there:
        there.execute("CREATE TABLE ballast AS SELECT randomblob(20000000) AS a")
    monkeypatch.setattr(commands, "LONG", 1000)
    done = hotline(tmp_path, "database", "backup", str(tmp_path / "copy.db"))
    assert done.exit_code == 0, done.output
    assert [int(n) for n in re.findall(r"^(\d+) % of", done.stderr, re.M)] == list(range(10, 101, 10))


def test_what_builds_the_exchange_says_its_steps_and_an_error_what_was_said_last(capsys: pytest.CaptureFixture[str]) -> None:
    image._must(["sh", "-c", "echo STEP 1/2: FROM debian; echo chatter; echo '#5 [2/2] RUN x'"], "It failed")
    assert capsys.readouterr().err == "  STEP 1/2: FROM debian\n  #5 [2/2] RUN x\n"
    with pytest.raises(ExchangeError, match="It failed:\nno space left"):
        image._must(["sh", "-c", "echo no space left >&2; exit 3"], "It failed")
