"""The exchange's own books are read on from where we stopped, line by line, whatever becomes of their files.

A file is known by its first line, which names a moment and a channel: moved, copied or emptied and begun anew, it is
never taken for another one, nor another for it. Where the line that was read last doesn't stand in it any more, as when
a disk has lost the end of it, all of it is read again: who notes lines knows them by their places."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from os import SEEK_END
from pathlib import Path
from typing import IO, Generic, TypeVar

import structlog
from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base

T = TypeVar("T")
MOST_LINES = 500
LONGEST_FIRST = 65536  # bytes: of what isn't a line, so much tells which file it is
YOUNG = timedelta(minutes=1)  # what is further ahead than this was written before the clock was set back
log = structlog.get_logger()


class RecordsMark(Base):
    """How far one file of the exchange's own books has been read. `last`: the sign of the line that was read last."""

    __tablename__ = "records_mark"
    node: Mapped[str] = mapped_column(String(40), primary_key=True)
    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), default=0)
    last: Mapped[str] = mapped_column(String(40), default="", server_default="")


@dataclass(frozen=True)
class Line(Generic[T]):
    """What a line tells; the bytes where it begins and where the next one does; its sign."""

    begins: int
    ends: int
    sign: str
    told: T


@dataclass(frozen=True)
class Stretch(Generic[T]):
    """A piece of a file, in bytes, and those of its lines that matter. `read`: how far it was known to be read; `last`:
    the sign of its last line."""

    file: str
    read: int
    start: int
    end: int
    last: str = ""
    lines: tuple[Line[T], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to note of it."""
        return self.read == self.start == self.end

    def bites(self, most: int) -> Iterator["Stretch[T]"]:
        """The same in pieces with at most so many lines."""
        read, start = self.read, self.start
        for first in range(0, len(self.lines), most):
            some = self.lines[first : first + most]
            yield Stretch(self.file, read, start, some[-1].ends, some[-1].sign, some)
            read = start = some[-1].ends
        if not read == start == self.end:
            yield Stretch(self.file, read, start, self.end, self.last)


def read_on(session: Session, path: Path, *, node: str, book: str, understood: Callable[[str], T | None],
            moment: Callable[[T], datetime], before: datetime | None = None) -> Stretch[T]:
    """The next lines of a file of a book, up to MOST_LINES and to those that are younger than `before`: who is about to
    note the same himself is not overtaken. What is not `understood` is passed over: it would be refused for ever, and
    all that follow it with it."""
    with path.open("rb") as content:
        if not (first := _first_line(content)):
            return Stretch("", 0, 0, 0)
        file = f"{book}:{sha256(first).hexdigest()[:32]}"
        mark = session.get(RecordsMark, (node, file)) or RecordsMark(node=node, file=file, offset=0, last="")
        start = end = content.seek(_where(content, mark, copied=path.name != book))
        last, lines = mark.last if start else "", list[Line[T]]()
        for _, line in zip(range(MOST_LINES), content, strict=False):
            told = understood(line.decode("utf-8", errors="replace"))
            if not line.endswith(b"\n") or (before and told is not None and before < moment(told) < before + YOUNG):
                break
            start_of_line, end, last = end, end + len(line), _sign(line)
            if told is not None:
                lines.append(Line(start_of_line, end, last, told))
    return Stretch(file, mark.offset, start, end, last, tuple(lines))


def move_on(session: Session, stretch: Stretch[T], *, node: str) -> bool:
    """Note how far we have read; False when somebody else has read on meanwhile."""
    mark = session.get(RecordsMark, (node, stretch.file), with_for_update=True)
    if mark is None:
        mark = RecordsMark(node=node, file=stretch.file, offset=0)
        session.add(mark)
    if mark.offset != stretch.read:
        return False
    if stretch.start < stretch.read:
        log.warning("records.read_again", node=node, file=stretch.file, was_read=stretch.read)
    mark.offset, mark.last = stretch.end, stretch.last
    return True


def _first_line(content: IO[bytes]) -> bytes:
    """Empty while it is still being written."""
    first = content.readline(LONGEST_FIRST)
    return first if first.endswith(b"\n") or len(first) == LONGEST_FIRST else b""


def _where(content: IO[bytes], mark: RecordsMark, *, copied: bool) -> int:
    """Where to read on: behind the line that was read last, if it stands there. A copy that ends sooner than what it is
    a copy of has nothing new."""
    length = int(mark.last.partition(":")[0] or 0)
    content.seek(mark.offset - length)
    stands = _sign(content.read(length)) == mark.last or not mark.offset
    return mark.offset if stands or (copied and content.seek(0, SEEK_END) < mark.offset) else 0


def _sign(line: bytes) -> str:
    """By which a line is known again: its length, and a digest."""
    return f"{len(line)}:{sha256(line).hexdigest()[:24]}" if line else ""
