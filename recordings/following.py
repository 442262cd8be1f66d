"""A recording that is heard while it moves: out of the spool, into another store, from one key to the next."""

from collections.abc import Callable

from hotline.database import Database
from hotline.kept.errors import Absent
from hotline.kept.reading import Bytes
from recordings.archive import Archive
from recordings.recordings import Recording

Again = Callable[[], Recording | None]


def again(database: Database, recording_id: int) -> Again:
    """Reads a row anew."""

    def row() -> Recording | None:
        with database.reading() as session:
            return session.get(Recording, recording_id)

    return row


class Following:
    """The sound as it was taken in, read in parts; where it isn't any more, `again` reads its row anew, and the next
    part comes from where it is by then. Absent when it is nowhere."""

    def __init__(self, archive: Archive, recording: Recording, again: Again, *, levelled: bool = False) -> None:
        self._archive, self._row, self._again, self._levelled = archive, recording, again, levelled
        self._content = self._opened()
        self.size = self._content.size

    def part(self, start: int, length: int) -> bytes:
        while True:
            try:
                return self._content.part(start, length)
            except Absent as gone:
                self._row = self._moved(gone)
                self._content.close()
                self._content = self._opened()

    def close(self) -> None:
        self._content.close()

    def _opened(self) -> Bytes:
        while True:
            try:
                return self._archive.open(self._row, levelled=self._levelled)
            except Absent as gone:
                self._row = self._moved(gone)

    def _moved(self, gone: Absent) -> Recording:
        row = self._again()
        if row is None or row.stored == self._row.stored:
            raise gone
        return row
