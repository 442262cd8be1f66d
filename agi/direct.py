"""An entry by its number: keyed to its end, also where its first keys were taken for something else."""

from typing import Final

from agi.talk import PERSON, Talk
from hotline.directory import departments
from hotline.times import local_day, now
from knowledge_base import direct, entries
from knowledge_base.entries import Entry

AS_LONG: Final = 3  # digits of a department's number
SOON, LATER = 2.0, 5.0  # seconds for the next key: where it may have been all, and where it can't


def may_go_on(keyed: str) -> bool:
    """Whether what is as long as a department's number may be the beginning of an entry's."""
    return len(keyed) == AS_LONG and keyed.startswith(direct.FIRST)


def whole(talk: Talk, keyed: str) -> str:
    """With what he keys behind it, up to `#`; 0 alone is a wish for a person."""
    pause = SOON if keyed == direct.FIRST or _department(talk, keyed) else LATER
    rest = talk.voice.more(digits=direct.LONGEST - len(keyed), timeout=pause)
    return PERSON if rest == PERSON else keyed + rest


def entry(talk: Talk, keyed: str) -> Entry | None:
    """The entry of that number, while it stands."""
    entry_id = direct.entry_of(keyed)
    if entry_id is None:
        return None
    with talk.house.database.reading() as session:
        found = entries.in_force(session, entry_id, on=local_day(now()))
    return found[0] if found else None


def _department(talk: Talk, code: str) -> bool:
    with talk.house.database.reading() as session:
        return departments.by_code(session, code) is not None
