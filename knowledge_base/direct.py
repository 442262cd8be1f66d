"""An entry's number on the telephone (直达号): 9 and the entry's own id, so that it stays as long as the entry does,
whichever department that comes to, and is never another's. Longer than any department's number."""

from typing import Final

FIRST: Final = "9"
LONGEST: Final = 10  # keys


def number_of(entry_id: int) -> str:
    """What a caller keys for this entry."""
    return f"{FIRST}{entry_id:04}"


def entry_of(keyed: str) -> int | None:
    """The entry's id; None when this is no entry's number."""
    told = keyed.removeprefix(FIRST)
    if not (told.isascii() and told.isdigit()) or len(keyed) > LONGEST:
        return None
    return int(told) if number_of(int(told)) == keyed else None
