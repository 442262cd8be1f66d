"""What is set aside of the disk for recordings that begin, or go on, when others have filled it."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from hotline.room import set_aside
from hotline.settings import Settings

MEGABYTE = 1_000_000
LENT = 1 << 24  # bytes: as many as PostgreSQL asks for at once, a piece of its log


@dataclass(frozen=True)
class Reserve:
    """A file without content that is as large as what is left."""

    path: Path
    size: int

    @property
    def left(self) -> int:
        """How many bytes of it are still there."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def give(self, many: int) -> bool:
        """Leave so many bytes to who asks the disk next; whether there were any."""
        left = self.left
        if left:
            os.truncate(self.path, max(0, left - many))
        return left > 0

    def lend(self) -> bool:
        """Leave a piece of it to a database that has no room either, where it is this disk that is full; whether there
        was one. Half of it stays with recordings."""
        full = shutil.disk_usage(self.path.parent).free < LENT
        return full and self.left - LENT >= self.size // 2 and self.give(LENT)

    def fill(self) -> None:
        """Have it as large as it is to be, once so much again is free for all others."""
        left = self.left
        if left > self.size:
            os.truncate(self.path, self.size)
        elif left < self.size and shutil.disk_usage(self.path.parent).free > 2 * self.size - left:
            set_aside(self.path, self.size, grow=True)


def reserve(settings: Settings) -> Reserve:
    """That of an installation, on the disk of its spool."""
    return Reserve(settings.spool / "reserve", settings.disk_reserve_megabytes * MEGABYTE)
