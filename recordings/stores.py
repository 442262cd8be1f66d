"""Where recordings are kept: a folder, or whatever else can put, read in parts, list and delete under a name."""

import heapq
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from recordings.errors import Absent, StoreError
from recordings.reading import Bytes


class Store(Protocol):
    """A place for recordings. A name is written once and never changed; every method may raise StoreError."""

    def put(self, name: str, file: BinaryIO) -> None:
        """Keep what the file holds under that name: whole, or not at all."""
        ...

    def open(self, name: str) -> Bytes:
        """What is kept under that name; Absent when nothing is."""
        ...

    def delete(self, name: str) -> None:
        """Take it away; well, too, when it is gone already."""
        ...

    def names(self) -> Iterator[tuple[str, int]]:
        """Each name that is kept, with its size, in the order of their bytes."""
        ...


class Folder:
    """A store in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, file: BinaryIO) -> None:
        path = self.root / name
        new = path.with_name(path.name + ".new")
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
            raise StoreError(f"{self.root}: {fault.strerror}") from fault

    def open(self, name: str) -> "OpenFile":
        return OpenFile(self.root / name)

    def delete(self, name: str) -> None:
        try:
            (self.root / name).unlink(missing_ok=True)
        except OSError as fault:
            raise StoreError(f"{self.root}: {fault.strerror}") from fault

    def names(self) -> Iterator[tuple[str, int]]:
        yield from _files(self.root, "")


class Moving:
    """A store that another one moves into: what is new goes there, what is still here is found here."""

    def __init__(self, new: Store, old: Folder) -> None:
        self.new, self.old = new, old

    def put(self, name: str, file: BinaryIO) -> None:
        self.new.put(name, file)

    def open(self, name: str) -> Bytes:
        try:
            return self.old.open(name)
        except Absent:
            return self.new.open(name)

    def delete(self, name: str) -> None:
        self.new.delete(name)
        self.old.delete(name)

    def names(self) -> Iterator[tuple[str, int]]:
        last = ""
        for one in heapq.merge(self.old.names(), self.new.names()):
            if one[0] != last:
                yield one
            last = one[0]

    def move(self, name: str) -> None:
        """Take one along: gone here once it is there, whole."""
        with (self.old.root / name).open("rb") as file:
            self.new.put(name, file)
            size = file.tell()
        there = self.new.open(name)
        try:
            if there.size != size:
                raise StoreError(f"{name} did not arrive whole")
        finally:
            there.close()
        self.old.delete(name)


class OpenFile:
    """A file that is kept."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise Absent(f"{path.name} isn't kept") from None
        except OSError as fault:
            raise StoreError(f"{path.name}: {fault.strerror}") from fault
        self.size = os.fstat(self._file.fileno()).st_size

    def part(self, start: int, length: int) -> bytes:
        try:
            return os.pread(self._file.fileno(), length, start)
        except OSError as fault:
            raise StoreError(str(fault.strerror)) from fault

    def close(self) -> None:
        self._file.close()


def _files(folder: Path, before: str) -> Iterator[tuple[str, int]]:
    """A folder at a time: the list of all would fill the memory."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name + "/" * entry.is_dir())
    except FileNotFoundError:
        return
    for entry in found:
        if entry.is_dir():
            yield from _files(Path(entry.path), f"{before}{entry.name}/")
        else:
            yield before + entry.name, entry.stat().st_size


def _keep_name(folder: Path) -> None:
    """Have the folder itself written out: a file whose name is lost in a power cut is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
