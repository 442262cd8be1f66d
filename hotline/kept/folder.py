"""A folder of this machine in which something is kept by name: whole or not at all, for its owner alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from hotline.kept.errors import Absent, StoreError


class OpenFile:
    """A file that is kept."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise Absent(f"{path.name} isn't kept") from None
        except OSError as fault:
            raise StoreError(f"{path.name}: {fault.strerror}") from fault
        found = os.fstat(self._file.fileno())
        self.size, self.written = found.st_size, found.st_mtime  # seconds since 1970

    def part(self, start: int, length: int) -> bytes:
        try:
            return os.pread(self._file.fileno(), length, start)
        except OSError as fault:
            raise StoreError(str(fault.strerror)) from fault

    def close(self) -> None:
        self._file.close()


class Folder:
    """Keeps under names, in folders below this one."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, file: BinaryIO) -> None:
        path = self.root / name
        new = path.with_name(f"{path.name}.{token_hex(4)}.new")  # two who put it at a time write no file together
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                while piece := file.read(1 << 20):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            new.replace(path)
            _keep_name(path.parent)
        except OSError as fault:
            new.unlink(missing_ok=True)  # a disk that is full gets no fuller
            raise StoreError(f"{self.root}: {fault.strerror}") from fault

    def open(self, name: str) -> OpenFile:
        return OpenFile(self.root / name)

    def delete(self, name: str) -> None:
        try:
            (self.root / name).unlink(missing_ok=True)
        except OSError as fault:
            raise StoreError(f"{self.root}: {fault.strerror}") from fault

    def names(self) -> Iterator[tuple[str, int]]:
        yield from _files(self.root, "")


def _files(folder: Path, before: str) -> Iterator[tuple[str, int]]:
    """A folder at a time: the list of all would fill the memory."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name + "/" * entry.is_dir())
    except FileNotFoundError:
        return
    for entry in found:
        if entry.is_dir():
            yield from _files(Path(entry.path), f"{before}{entry.name}/")
        elif (size := _size(entry)) is not None:
            yield before + entry.name, size


def _size(entry: "os.DirEntry[str]") -> int | None:
    try:
        return entry.stat().st_size
    except FileNotFoundError:  # it was deleted since, or has got its own name
        return None


def _keep_name(folder: Path) -> None:
    """Have the folder itself written out: a file whose name is lost in a power cut is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
