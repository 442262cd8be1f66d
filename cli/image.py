"""The exchange's image: named by the hash of what it is made of, built when that name is missing."""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path

from cli.engine import ExchangeError, engine, run, uses_podman

SOURCE = Path(__file__).resolve().parent.parent / "asterisk-conf"
NAME = "hotline-exchange"
BASE = "docker.io/library/debian:forky-slim"
INPUTS = ("Dockerfile", "*.conf", "sounds/**/*.alaw")
STEP = re.compile(r"STEP |Step \d|#\d+ \[|I: ")
"""How buildah, Docker, BuildKit and mmdebstrap begin the line that tells a step."""


def say(line: str) -> None:
    """To whoever waits, on a terminal or in a log."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - people watch


def inputs(source: Path = SOURCE) -> list[Path]:
    """All files the image is made of, in a fixed order."""
    return sorted({path for pattern in INPUTS for path in source.glob(pattern)})


def tag(source: Path = SOURCE) -> str:
    """Name and tag of the image for the files as they are now."""
    digest = hashlib.sha256()
    for path in inputs(source):
        digest.update(f"{path.relative_to(source)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return f"{NAME}:{digest.hexdigest()[:12]}"


def exists(name: str) -> bool:
    """True when the engine has that image."""
    return run("image", "inspect", "--format", "x", name).returncode == 0


def ensure(source: Path = SOURCE) -> str:
    """Build the image where it is missing (half a minute the first time, seconds later); return its tag."""
    name = tag(source)
    if not exists(name):
        say(f"building {name} (half a minute, the first time some minutes) …")
        _build(name, source)
    return name


def _build(name: str, source: Path) -> None:
    if uses_podman():
        _ensure_base()
        command = [*engine()[:-1], "buildah", "bud", "--isolation", "chroot", "--network", "host", "--layers"]
    else:
        command = [*engine(), "build", "--network", "host"]
    _must([*command, "-t", name, str(source)], f"The image {name} could not be built")


def _ensure_base() -> None:
    """Make Debian's base from Debian's own mirror, so that no image registry is needed."""
    if exists(BASE):
        return
    if not shutil.which("mmdebstrap"):
        _must([*engine(), "pull", BASE], "Debian's base image could not be had")
        return
    with tempfile.TemporaryDirectory() as folder:
        base = str(Path(folder) / "base.tar")
        stale = '--aptopt=Acquire::Check-Valid-Until "false"'
        _must([*engine()[:-1], "mmdebstrap", "--variant=minbase", stale, "forky", base], "mmdebstrap failed")
        _must([*engine(), "import", base, BASE], "Debian's base could not be imported")


def _must(command: list[str], otherwise: str) -> None:
    """Run it, saying each step that it tells of; what it said last stands in the error."""
    tail: deque[str] = deque(maxlen=15)
    piped = subprocess.PIPE
    with subprocess.Popen(command, stdout=piped, stderr=subprocess.STDOUT, text=True, errors="replace") as made:
        for line in made.stdout or ():
            tail.append(line.rstrip())
            if STEP.match(line):
                say(f"  {line.strip()[:100]}")
    if made.returncode:
        raise ExchangeError("\n".join([f"{otherwise}:", *tail]))


if __name__ == "__main__":
    try:
        sys.stdout.write(ensure() + "\n")
    except ExchangeError as error:
        sys.exit(str(error))
