"""What the exchange is writing has room on the disk for the minutes to come: who fills the disk takes no word of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path

import structlog

from hotline.room import set_aside
from hotline.settings import Settings
from recordings.reserve import Reserve, reserve
from recordings.sides import SIDES

MINUTE = 60 * 16_000  # bytes of one side: 8,000 samples a second of two bytes
MESSAGE = 2 * MINUTE  # nobody speaks longer after the tone
ROUNDING = 1 << 16  # bytes that a file system may need beside those of a file
BOOK = 1_000_000  # bytes that the exchange's books and SQLite's journal are ahead
WRITTEN = 30.0  # seconds since somebody wrote to a file; what is being recorded is written every two
TIGHT = 10.0  # seconds for which a disk that was full is held to be: to ask it costs it much
log = structlog.get_logger()


@dataclass
class Ahead:
    """One installation's; it remembers how far each file has room."""

    settings: Settings
    reserve: Reserve
    until: dict[Path, int] = field(default_factory=dict)
    tight_until: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> "Ahead":
        """That of an installation, with its reserve."""
        return cls(settings, reserve(settings))

    def look(self, *, at: float) -> None:
        """Once over all that is being written; OSError when some of it gets no room any more."""
        written = {path: (size, ahead) for path, ahead in self._files() if (size := _size(path, at)) is not None}
        self.until = {path: until for path, until in self.until.items() if path in written}
        faults: list[OSError] = []
        for path, (size, ahead) in written.items():
            try:
                self._provide(path, size, ahead, at)
            except OSError as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
        self.reserve.fill()

    def _provide(self, path: Path, size: int, ahead: int, at: float) -> None:
        """From the disk for as long as it has room; then from the reserve, a minute at a time."""
        if at >= self.tight_until and self._is_short(path, size, ahead):
            try:
                self._set_aside(path, size + ahead)
            except OSError as fault:
                if fault.errno != ENOSPC:
                    raise
                self.tight_until = at + TIGHT
                log.error("disk.full", reserve_left=self.reserve.left)
        if self._is_short(path, size, little := min(ahead, MINUTE)):
            self.reserve.give(little + ROUNDING)
            self._set_aside(path, size + little)

    def _is_short(self, path: Path, size: int, ahead: int) -> bool:
        return self.until.get(path, 0) - size < ahead // 2

    def _set_aside(self, path: Path, until: int) -> None:
        try:
            set_aside(path, until)
        except FileNotFoundError:  # taken in meanwhile
            return
        self.until[path] = until

    def _files(self) -> Iterator[tuple[Path, int]]:
        """All that may be being written, and how many bytes each is to be ahead."""
        spool, sound = self.settings.spool, self.settings.recordings_ahead_minutes * MINUTE
        for path in (*(spool / "calls").glob("*.wav"), *(spool / "legs").glob("*.wav")):
            if path.stem.rpartition(".")[2] in SIDES:  # else it is whole
                yield path, sound
        yield from ((path, min(sound, MESSAGE)) for path in (spool / "messages").glob("*.wav"))
        yield from ((path, BOOK) for path in (spool / "cel").rglob("*"))
        yield self.settings.folder.resolve() / "hotline.db-wal", BOOK


def _size(path: Path, at: float) -> int | None:
    """How long a file is that is being written; None for any other."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_size if path.is_file() and at - seen.st_mtime < WRITTEN else None
