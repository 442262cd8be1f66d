"""Reading what can be had in parts as if it were a file."""

import hashlib
import io
from typing import BinaryIO, Protocol


class Bytes(Protocol):
    """Something of a known size that can be read in parts."""

    @property
    def size(self) -> int: ...

    def part(self, start: int, length: int) -> bytes: ...

    def close(self) -> None: ...


class Plain:
    """An open file, to be read in parts; whoever opened it closes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size = file, file.seek(0, io.SEEK_END)

    def part(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def close(self) -> None:
        """Nothing to do."""


class Seekable(io.RawIOBase):
    """The same as an open file, for whoever seeks and reads."""

    def __init__(self, content: Bytes) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._content.size}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        part = self._content.part(self._at, len(buffer))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._content.close()
        super().close()


def file(content: Bytes, *, at_once: int = 1 << 16) -> BinaryIO:
    """The same, buffered, for whoever wants an open file."""
    return io.BufferedReader(Seekable(content), at_once)  # type: ignore[type-var]  # its readinto asks for less


def digest(content: Bytes) -> str:
    """SHA-256 of the whole content, a part at a time."""
    made = hashlib.sha256()
    for start in range(0, content.size, 1 << 20):
        made.update(content.part(start, 1 << 20))
    return made.hexdigest()
