"""How long a disk keeps whoever writes waiting: a test of ours can't be blamed for what others write meanwhile."""

import os
import time
from pathlib import Path
from threading import Event, Thread
from typing import Self

EVERY = 0.2  # seconds between two looks


class DiskWatch:
    """Writes a little, again and again, as a database does; `waits`: how many seconds each took to be on the disk."""

    def __init__(self, folder: Path) -> None:
        self.waits: list[float] = []
        self._file, self._over = folder / "disk-probe", Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._file.unlink()

    def _look(self) -> None:
        with self._file.open("wb", buffering=0) as file:
            while not self._over.wait(EVERY):
                began = time.monotonic()
                file.write(b"0")
                os.fsync(file.fileno())
                self.waits.append(time.monotonic() - began)
