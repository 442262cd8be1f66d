"""Docker with compose, for the long test: the one that answers, or one of its own where only its program is there."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Compose:
    """`docker compose` on one project, with settings of its own."""

    environment: dict[str, str]
    project: str
    settings: Path

    def __call__(self, *words: str, seconds: float = 300, fails: bool = False) -> str:
        """Run one command; its output. It must succeed, or fail where that is wanted."""
        done = self.run(
            "compose", "--project-name", self.project, "--env-file", str(self.settings), *words, seconds=seconds
        )
        assert (done.returncode != 0) is fails, f"{words}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done.stdout

    def run(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run Docker with these words."""
        return subprocess.run(
            ["docker", *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds
        )

    def row(self, query: str) -> str:
        """What PostgreSQL answers, without ornament."""
        return self("exec", "-T", "postgres", "psql", "-d", "hotline", "-Atc", query).strip()

    def pid(self, service: str) -> int:
        """The first process of a service, as this machine numbers it; 0 while it doesn't run."""
        found = self("ps", "--all", "--quiet", service).strip()
        return int(self.run("inspect", "--format", "{{.State.Pid}}", found).stdout or 0)


@contextmanager
def docker(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which `docker` answers; skips, and says why, where there is none."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    if not shutil.which("docker") or _fails(environment, "compose", "version"):
        pytest.skip("not run: this machine has no `docker compose`")
    if not _fails(environment, "info"):
        yield environment
    elif os.getuid() == 0 and shutil.which("dockerd"):
        with _own(folder, environment) as own:
            yield own
    else:
        pytest.skip("not run: no Docker answers, and there is none that could be started")


@contextmanager
def _own(folder: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A Docker for this test alone: without a network of its own, which compose.yaml doesn't need either."""
    address = f"unix://{folder}/docker.sock"
    command = ["dockerd", "--host", address, "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec",
               "--pidfile", f"{folder}/pid", "--bridge", "none", "--iptables=false"]  # fmt: skip
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    here = environment | {"DOCKER_HOST": address}
    try:
        end = time.monotonic() + 60
        while _fails(here, "info"):
            waits = daemon.poll() is None and time.monotonic() < end
            assert waits, (folder / "log").read_text()[-2000:]
            time.sleep(0.5)
        yield here
    finally:
        daemon.terminate()
        daemon.wait(60)
        subprocess.run(["umount", f"{folder}/exec/netns/default"], capture_output=True)  # Docker leaves it mounted


def _fails(environment: dict[str, str], *words: str) -> bool:
    return subprocess.run(["docker", *words], env=environment, capture_output=True, timeout=30).returncode != 0
