"""Which container engine this machine has: Docker where it answers, else Podman."""

import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

MOST_FILES = 65536
MOST_TASKS = 8000


class ExchangeError(Exception):
    """The exchange can't be built, started or asked; the message says what to do."""


@cache
def engine() -> tuple[str, ...]:
    """The command line's beginning: `docker`, or `podman` (by sudo where we are not root)."""
    if shutil.which("docker") and _answers("docker", "info"):
        return ("docker",)
    if shutil.which("podman"):
        return ("podman",) if os.getuid() == 0 else ("sudo", "podman")
    raise ExchangeError("No container engine: neither does docker answer nor is podman installed. Run `make setup`.")


def uses_podman() -> bool:
    """True where Podman runs the exchange."""
    return engine()[-1] == "podman"


def limit(kind: int, most: int) -> int:
    """The highest limit of that kind this process may hand on, at most `most`."""
    hard = resource.getrlimit(kind)[1]
    return most if hard == resource.RLIM_INFINITY else min(hard, most)


def most_files() -> int:
    """Descriptors an exchange may have open on this machine."""
    return limit(resource.RLIMIT_NOFILE, MOST_FILES)


def write_podman_conf(path: Path) -> None:
    """Settings under which Podman starts without systemd and without CAP_SYS_RESOURCE."""
    files, tasks = most_files(), limit(resource.RLIMIT_NPROC, MOST_TASKS)
    path.write_text(
        f'[containers]\ndefault_ulimits = ["nofile={files}:{files}", "nproc={tasks}:{tasks}"]\n'
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
        encoding="utf-8",
    )


def run(*arguments: str, conf: Path | None = None, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run one command of the engine and return its result, whatever it is."""
    # by `env`, since sudo drops what it does not know
    setting = ("env", f"CONTAINERS_CONF={conf}") if conf else ()
    return call((*engine()[:-1], *setting, engine()[-1], *arguments), seconds=seconds)


def call(command: Sequence[str], *, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a command with a time limit; output as text, undecodable bytes replaced."""
    return subprocess.run(command, timeout=seconds, capture_output=True, text=True, errors="replace", check=False)


def _answers(*command: str) -> bool:
    try:
        return call(command, seconds=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
