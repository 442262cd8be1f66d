"""Where the large arrays of an index lie: in files without a name, of which the system keeps in memory what is looked
at.

Beside the index that is searched the next one is made from time to time. With all arrays in memory a process would hold
both; so, it holds what is searched, and of the next one the piece that is being made."""

import mmap
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_LEAST = 1 << 20  # bytes: what is smaller stays in memory
_LEFT = 1 << 30  # bytes of the disk that recordings may need
_Kind = TypeVar("_Kind", bound=np.generic)
_lying: "weakref.WeakSet[mmap.mmap]" = weakref.WeakSet()
_places: list[Path] = []


def lie_in(folder: Path | None) -> None:
    """Have this process's arrays lie in this folder from now on; None: in memory, as they do until this is called."""
    _places[:] = [folder] if folder is not None else []


def laid(array: NDArray[_Kind]) -> NDArray[_Kind]:
    """The same array, which nobody may change any more; in memory where there is little room on the disk."""
    if not _places or array.nbytes < _LEAST:
        return array
    try:
        disk = os.statvfs(_places[0])
        return _mapped(_places[0], array) if disk.f_bavail * disk.f_frsize > array.nbytes + _LEFT else array
    except OSError:
        return array


def rest() -> None:
    """Have all that lies in files leave this process's memory until it's looked at again; the system still has it at
    hand, as long as nobody else needs the room."""
    for one in list(_lying):
        one.madvise(mmap.MADV_DONTNEED)


def _mapped(folder: Path, array: NDArray[Any]) -> NDArray[Any]:
    with tempfile.TemporaryFile(dir=folder) as file:
        np.ascontiguousarray(array).tofile(file)
        file.flush()
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _lying.add(content)
    return np.frombuffer(content, array.dtype).reshape(array.shape)
