"""Returning memory that was needed for a moment only."""

import ctypes


def give_back() -> None:
    """Have the C library return what building took for a moment: at 100,000 texts a third of the process."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
