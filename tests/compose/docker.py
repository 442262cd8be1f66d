"""Docker with compose, for the long test: the one that answers, or one of its own where only its program is there."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import sip
from cli.engine import most_files
from tests.journeys.conftest import free_ports

ROOT = Path(__file__).resolve().parents[2]
TAG = "proof"


@dataclass(frozen=True)
class Compose:
    """`docker compose` on one project, with settings of its own."""

    environment: dict[str, str]
    project: str
    settings: Path

    def __call__(self, *words: str, seconds: float = 300, fails: bool = False, both: bool = False) -> str:
        """Run one command; its output, where wanted with its complaints. It must succeed, or fail where that is wanted."""
        done = self.run(
            "compose", "--project-name", self.project, "--env-file", str(self.settings), *words, seconds=seconds
        )
        assert (done.returncode != 0) is fails, f"{words}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done.stdout + (done.stderr if both else "")

    def run(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run Docker with these words."""
        return subprocess.run(
            ["docker", *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds
        )

    def row(self, query: str) -> str:
        """What PostgreSQL answers, without ornament."""
        return self("exec", "-T", "postgres", "psql", "-d", "hotline", "-Atc", query).strip()

    def setting(self, name: str) -> str:
        """One of its settings."""
        found = re.search(rf"^HOTLINE_{name}=(.+)$", self.settings.read_text(), re.M)
        assert found
        return found[1]

    def pid(self, service: str) -> int:
        """The first process of a service, as this machine numbers it; 0 while it doesn't run."""
        found = self("ps", "--all", "--quiet", service).strip()
        return int(self.run("inspect", "--format", "{{.State.Pid}}", found).stdout or 0)


def eventually(look: Callable[[], object], seconds: float = 60) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.5)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a short path, that containers see too."""
    made = Path(tempfile.mkdtemp(prefix="hlc-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def started(environment: dict[str, str], *, profiles: str = "", **more: str) -> Iterator[Compose]:
    """The system as compose.yaml describes it, on ports of its own, until the end; nothing of it stays."""
    ami, agi, web, public, http_port = free_ports(5)
    rtp = 30000 + os.getpid() % 20 * 400
    with short_folder() as folder:
        own = {
            "FOLDER": folder / "var", "TAG": TAG, "ENV_FILE": folder / "env", "MOST_FILES": most_files(),
            "SIP_PORT": sip.free_port(), "AMI_PORT": ami, "AGI_PORT": agi, "WEB_PORT": web, "PUBLIC_PORT": public,
            "EXCHANGE_HTTP_PORT": http_port, "RTP_FROM": rtp, "RTP_TO": rtp + 199, **more,
        }  # fmt: skip
        lines = [f"COMPOSE_PROFILES={profiles}", *(f"HOTLINE_{name}={value}" for name, value in own.items())]
        (folder / "env").write_text("\n".join([*lines, ""]))
        here = Compose(environment, folder.name.lower(), folder / "env")
        try:
            here("up", "--detach", "--wait", seconds=600)
            yield here
        finally:
            here("run", "--rm", "--no-deps", "--entrypoint", "find", "folders", ".", "-mindepth", "1", "-delete")
            here("down", "--volumes")


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
