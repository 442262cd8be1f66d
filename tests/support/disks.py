"""A small disk of its own, that a test may fill."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Disk:
    """One that somebody else writes to as well."""

    folder: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Somebody has taken every byte of room; afterwards he gives it back."""
        filler = self.folder / "filler"
        fill(filler)
        assert shutil.disk_usage(self.folder).free == 0
        try:
            yield
        finally:
            filler.unlink()


def fill(path: Path) -> None:
    """Take every byte of room that its disk has."""
    with path.open("wb", buffering=0) as file:
        for piece in (1 << 20, 4096, 512):
            with suppress(OSError):
                while True:
                    file.write(bytes(piece))


@contextmanager
def small(megabytes: int, *, kind: str = "tmpfs") -> Iterator[Disk]:
    """One of so many megabytes: in memory, or `ext4` in a file. Who may mount none skips the test."""
    with tempfile.TemporaryDirectory(prefix="hl-disk-") as name:
        here, image = Path(name) / "disk", Path(name) / "image"
        here.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(here)]
        if kind == "ext4":
            subprocess.run(["truncate", "--size", f"{megabytes}M", str(image)], check=True)
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)  # none is kept for root
            mount = ["mount", "-o", "loop", str(image), str(here)]
        done = subprocess.run(mount, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"not run: a disk can't be mounted here ({done.stderr.strip()})")
        try:
            yield Disk(here)
        finally:
            subprocess.run(["umount", "--lazy", str(here)], check=True)
