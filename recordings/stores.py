"""Where recordings are kept: a folder, or whatever else can put, read in parts, list and delete under a name."""

import heapq
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO, Protocol

from hotline.kept.errors import Absent, StoreError
from hotline.kept.folder import Folder
from hotline.kept.reading import Bytes, digest


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
        """Take one along: gone here once it was read there as it is here."""
        with (self.old.root / name).open("rb") as file:
            self.new.put(name, file)
        with closing(self.old.open(name)) as here, closing(self.new.open(name)) as there:
            if digest(there) != digest(here):
                raise StoreError(f"{name} did not arrive as it is here")
        self.old.delete(name)
