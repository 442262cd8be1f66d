"""Room that the disk keeps for a file before it needs it: whoever fills the disk takes none of that."""

import ctypes
import os
from pathlib import Path

_KEEP_SIZE = 1


def set_aside(path: Path, until: int, *, grow: bool = False) -> None:
    """Have room kept for a file's first so many bytes. It stays as long as it is; with `grow` it is made where there is
    none, and becomes that long. OSError where there is no room (ENOSPC), or where the file system keeps none."""
    fallocate = ctypes.CDLL(None, use_errno=True).fallocate
    handle = os.open(path, os.O_WRONLY | (os.O_CREAT if grow else 0), 0o600)
    try:
        if fallocate(handle, 0 if grow else _KEEP_SIZE, ctypes.c_int64(0), ctypes.c_int64(until)):
            raise OSError(fault := ctypes.get_errno(), os.strerror(fault), str(path))
    finally:
        os.close(handle)
