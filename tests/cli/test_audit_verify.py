"""`hotline audit verify` finds what was done to the ledger and to what is published, not to the trail alone."""

import sqlite3
from pathlib import Path

from cli import demo_load
from tests.cli.test_commands import hotline
from tests.conftest import NOON, PASSWORD
from tests.support import blank


def test_an_answer_that_was_changed_behind_the_review_fails_the_verification(tmp_path: Path) -> None:
    database = blank.copied(tmp_path)
    with database.writing() as session:
        list(demo_load.load(session, password=PASSWORD, at=NOON))
    database.close()
    whole = hotline(tmp_path, "audit", "verify")
    assert whole.exit_code == 0, whole.output
    with sqlite3.connect(tmp_path / "hotline.db") as there:
        there.execute("DROP TRIGGER entry_version_said")
        there.execute("UPDATE entry_version SET spoken = '悄悄改的' WHERE entry_id = 7")
    broken = hotline(tmp_path, "audit", "verify")
    assert broken.exit_code == 1
    assert "entry 7 version 1 no longer says what the secrecy review passed" in broken.output
