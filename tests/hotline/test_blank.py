"""The empty databases that tests copy are those of the migrations as they are."""

from pathlib import Path

import pytest

from tests.support import blank


def test_what_was_made_of_other_migrations_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations, kept = tmp_path / "migrations", tmp_path / "kept"
    migrations.mkdir()
    (migrations / "0001.py").write_text("first")
    monkeypatch.setattr(blank, "FOLDER", migrations)
    monkeypatch.setattr(blank, "KEPT", kept)
    made: list[Path] = []

    def make(path: Path) -> None:
        made.append(path)
        path.touch()

    first = blank._made("sqlite", make)
    assert blank._made("sqlite", make) == first
    assert len(made) == 1
    (migrations / "0002.py").write_text("second")
    second = blank._made("sqlite", make)
    assert (len(made), second != first, second.exists(), first.exists()) == (2, True, True, False)
