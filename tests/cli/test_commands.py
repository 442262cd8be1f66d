"""The commands for looking after an installation, run as a person runs them."""

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from cli.main import COMMANDS, main
from hotline.accounts.roles import Role
from hotline.database import Database


def hotline(folder: Path, *words: str, says: str = "") -> Result:
    """What `hotline WORDS` does in an installation of its own."""
    clean = {name: None for name in os.environ if name.startswith("HOTLINE_")}
    return CliRunner().invoke(main, words, input=says, env=clean | {"HOTLINE_FOLDER": str(folder)})


def test_a_command_loads_what_it_needs_and_nothing_of_the_others() -> None:
    looks = ("import sys; from click.testing import CliRunner; from cli.main import main\n"
             "done = CliRunner().invoke(main, ['listen', '--help']); assert done.exit_code == 0, done.output\n"
             "print(*sorted(name for name in sys.modules if name.startswith('cli.')))")  # fmt: skip
    ran = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert "cli.processes" in loaded
    assert not loaded & (set(COMMANDS.values()) - {"cli.processes"})


def test_every_command_is_found_by_its_name_and_says_what_it_does() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0, shown.output
    said = dict(re.findall(r"^  (\w+) {2,}(\S.*)$", shown.output.partition("Commands:")[2], flags=re.M))
    assert said.keys() == COMMANDS.keys()


def test_the_exchanges_files_are_written_for_its_owner_alone(tmp_path: Path) -> None:
    done = hotline(tmp_path, "asterisk", "write")
    assert done.exit_code == 0, done.output
    manager = tmp_path / "exchange/generated/manager.conf"
    assert (tmp_path / "secrets/ami_secret").read_text().strip() in manager.read_text()
    assert stat.S_IMODE(manager.stat().st_mode) == 0o600
    assert (tmp_path / "spool/cel").is_dir()


def test_the_folder_the_database_and_its_copy_are_their_owners_alone(tmp_path: Path) -> None:
    there, copy = tmp_path / "var", tmp_path / "copy.db"
    for words in (("database", "migrate"), ("database", "backup", str(copy))):
        assert hotline(there, *words).exit_code == 0
    with closing(Database(f"sqlite:///{there}/hotline.db")) as database, database.writing() as session:
        session.execute(text("UPDATE account SET active = active"))
        written = [*there.glob("hotline.db*"), copy]
        assert len(written) == 4, "with what SQLite lays beside its file"
        assert [path for path in (there, there / "secrets", *written) if path.stat().st_mode & 0o077] == []


def test_an_address_that_would_change_the_configuration_is_refused_in_words(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["asterisk", "write"], env={"HOTLINE_FOLDER": str(tmp_path), "HOTLINE_TRUNK_CONTACT": "sip:a;b c"}
    )
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")


def test_a_database_goes_up_back_and_up_again(tmp_path: Path) -> None:
    assert hotline(tmp_path, "database", "migrate").exit_code == 0
    back = hotline(tmp_path, "database", "roll-back", "0001", says="y\n")
    assert back.exit_code == 0, back.output
    assert "not up to date" in hotline(tmp_path, "audit", "head").output
    assert hotline(tmp_path, "database", "migrate").exit_code == 0
    assert hotline(tmp_path, "audit", "head").exit_code == 0


def test_going_back_is_asked_first_and_only_to_what_there_was(tmp_path: Path) -> None:
    hotline(tmp_path, "database", "migrate")
    assert hotline(tmp_path, "database", "roll-back", "0001", says="n\n").exit_code == 1
    assert hotline(tmp_path, "audit", "head").exit_code == 0
    unknown = hotline(tmp_path, "database", "roll-back", "0999", "--yes")
    assert unknown.exit_code == 1
    assert unknown.output.startswith("Error: ")


def test_tables_that_somebody_changed_by_hand_are_told_of_in_words(tmp_path: Path) -> None:
    hotline(tmp_path, "database", "migrate")
    with sqlite3.connect(tmp_path / "hotline.db") as there:
        there.execute("DROP TRIGGER audit_row_update")
    back = hotline(tmp_path, "database", "roll-back", "0001", "--yes")
    assert back.exit_code == 1
    assert back.output.startswith("Error: The database can't go back")


@pytest.mark.parametrize("role", Role)
def test_a_role_is_named_on_the_command_line_as_the_pages_name_it(role: Role, tmp_path: Path) -> None:
    hotline(tmp_path, "database", "migrate")
    done = hotline(tmp_path, "accounts", "add", "somebody", "--name", "某人", "--role", str(role), "--county", "530402")
    assert "is not one of" not in done.output


def test_an_empty_knowledge_base_has_no_keys_and_no_phrasings_to_measure(tmp_path: Path) -> None:
    hotline(tmp_path, "database", "migrate")
    measured = hotline(tmp_path, "knowledge", "keys", "--json")
    assert measured.exit_code == 0, measured.output
    said = json.loads(measured.output)
    assert said["ways"]["initials"]["callers"] == 0
    assert 0.15 < said["pace"]["character"] < 0.4, "measured on the prompts that our voice spoke"
    assert "Nothing to measure" in hotline(tmp_path, "knowledge", "phrasings").output


def test_a_process_calculates_with_one_thread_for_there_are_others() -> None:
    count = "import cli.main, numpy, os; print(len(os.listdir('/proc/self/task')))"
    given = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    assert subprocess.run([sys.executable, "-c", count], env=given, capture_output=True, text=True).stdout == "1\n"


def test_a_department_is_registered_by_the_rules_of_its_page(tmp_path: Path) -> None:
    hotline(tmp_path, "database", "migrate")
    first = hotline(tmp_path, "departments", "add", "玉溪市文化和旅游局", "--short-name", "文旅局")
    assert (first.exit_code, first.output) == (0, "玉溪市文化和旅游局 has the code 101\n")
    for wrong in (["玉溪市文化和旅游局"], ["甲局", "--code", "110"], ["甲局", "--level", "county"], ["甲局", "--county", "999999"]):
        refused = hotline(tmp_path, "departments", "add", *wrong, "--short-name", "x")
        assert (refused.exit_code, "Error: " in refused.output) == (1, True), wrong
    county = hotline(tmp_path, "departments", "add", "红塔区文旅局", "--short-name", "文旅局", "--level", "county", "--county", "530402", "--code", "201")
    assert county.exit_code == 0, county.output
    listed = hotline(tmp_path, "departments", "list").output
    assert "101" in listed
    assert "201" in listed
    person = hotline(tmp_path, "accounts", "add", "li", "--name", "李", "--role", "liaison", "--department", "201")
    assert person.exit_code == 0, person.output
