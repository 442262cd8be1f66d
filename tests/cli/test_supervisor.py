"""Who keeps processes running leaves nothing of theirs behind, and forgets a death of long ago."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from cli import up
from cli.installation import installation
from cli.supervisor import LIVED_WELL, Child, Supervisor

PARENT = "import subprocess,sys,time;p=subprocess.Popen(['sleep','60']);print(p.pid,flush=True);time.sleep(60)"


def _child(folder: Path, code: str) -> Child:
    return Child("any", [sys.executable, "-c", code], dict(os.environ), folder / "log")


def _grandchild(folder: Path, many: int = 1) -> int:
    end = time.monotonic() + 10
    while len(lines := (folder / "log").read_text().split()) < many:
        assert time.monotonic() < end
        time.sleep(0.02)
    return int(lines[-1])


def _gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_what_a_child_started_does_not_outlive_it(tmp_path: Path) -> None:
    supervisor, child = Supervisor(), _child(tmp_path, PARENT)
    supervisor.add(child)
    try:
        first = _grandchild(tmp_path)
        assert child.process is not None
        child.process.send_signal(signal.SIGKILL)
        child.process.wait(5)
        supervisor.tend()
        assert _gone(first)
        assert child.alive()
        second = _grandchild(tmp_path, 2)
    finally:
        supervisor.stop()
    assert _gone(second)


def test_a_child_that_lived_well_is_started_again_at_once_however_often_it_died_before(tmp_path: Path) -> None:
    supervisor, child = Supervisor(), _child(tmp_path, "pass")
    supervisor.add(child)
    assert child.process is not None
    child.process.wait(5)
    child.deaths, child.began = 9, time.monotonic() - LIVED_WELL - 1
    supervisor.tend()
    assert child.deaths == 1
    supervisor.stop()


def test_everything_is_stopped_also_when_nobody_reads_any_more_what_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(words: str) -> None:
        if words.startswith("Stopping"):
            raise BrokenPipeError

    monkeypatch.setattr(up, "PROCESSES", ())
    here = installation({"HOTLINE_FOLDER": str(tmp_path), "PATH": os.environ["PATH"]})
    with up.running(here, exchange=False, say=gone) as supervisor:
        (broker,) = supervisor.children
        assert broker.alive()
    assert not broker.alive()


def test_who_presses_ctrl_c_twice_leaves_no_exchange_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Container:
        def __init__(self, plan: object) -> None:
            pass

        def start(self) -> None:
            done.append("started")

        def stop(self) -> None:
            done.append("stopped")

    def interrupted(supervisor: Supervisor) -> None:
        stop(supervisor)
        raise KeyboardInterrupt

    stop = Supervisor.stop
    monkeypatch.setattr(Supervisor, "stop", interrupted)
    monkeypatch.setattr(up, "Exchange", Container)
    monkeypatch.setattr(up, "processes", lambda settings: ())
    with pytest.raises(KeyboardInterrupt), up.running(installation({"HOTLINE_FOLDER": str(tmp_path)})):
        pass
    assert done == ["started", "stopped"]
