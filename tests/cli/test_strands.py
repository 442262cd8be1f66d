"""`make test` itself: whoever breaks it off leaves nothing running, and only few failures get a second look."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bin" / "test"
SETTINGS = """
[tool.pytest.ini_options]
addopts = "--strict-markers --import-mode=importlib -p xdist"
markers = ["journey: one", "alone: one", "proof: one"]
"""
LONG = """
import pathlib, pytest, time
here = pathlib.Path(__file__).parent.parent
@pytest.fixture
def house(request):
    (here / f"{request.node.name}.up").touch()
    yield
    time.sleep(0.5)
    (here / f"{request.node.name}.down").touch()
@pytest.mark.journey
def test_call(house):
    time.sleep(60)
def test_unit(house):
    time.sleep(60)
"""
FAILING = """
import os, pathlib, pytest
worker = "PYTEST_XDIST_WORKER" in os.environ
@pytest.mark.parametrize("number", range({many}))
def test_only_alone(number):
    assert not worker
@pytest.mark.journey
def test_call(): pass
@pytest.mark.alone
def test_alone(): pass
"""


def strands(folder: Path, tests: str) -> "subprocess.Popen[str]":
    """The script in a project with these tests."""
    (folder / "bin").mkdir()
    (folder / ".venv/bin").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "bin")
    (folder / ".venv/bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / ".venv/bin/python").chmod(0o755)
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "tests").mkdir()
    (folder / "tests/test_all.py").write_text(tests)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they begin three times as fast
    return subprocess.Popen([folder / "bin/test"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_breaks_off_has_both_strands_take_down_what_they_put_up(tmp_path: Path, told: signal.Signals, code: int) -> None:
    running = strands(tmp_path, LONG)
    end = time.monotonic() + 60
    while len(list(tmp_path.glob("*.up"))) < 2:
        assert running.poll() is None, running.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.05)
    running.send_signal(told)
    assert running.wait(30) == code
    assert sorted(path.name for path in tmp_path.glob("*.down")) == ["test_call.down", "test_unit.down"]


@pytest.mark.parametrize(("many", "code", "looks"), [(5, 0, 1), (6, 1, 0)])
def test_five_that_failed_beside_others_are_looked_at_again_and_a_sixth_is_red(
    tmp_path: Path, many: int, code: int, looks: int
) -> None:
    running = strands(tmp_path, FAILING.format(many=many))
    words, _ = running.communicate(timeout=90)
    assert running.returncode == code, words
    assert words.count("once more, alone") == looks
