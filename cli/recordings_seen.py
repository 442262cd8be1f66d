"""Whether the recordings are kept as they should be: sealed with keys that are there, and none left waiting."""

import stat

from sqlalchemy.orm import Session

from hotline.settings import Settings
from recordings import keeping
from recordings.archive import archive
from recordings.keyring import PLAIN

MANY = 500  # more that wait in the spool are no longer those of the last minutes


def seen(session: Session, settings: Settings) -> tuple[bool, str]:
    """Whether all is well, and what was seen."""
    there = archive(settings)
    counts = keeping.by_key(session)
    known = {key.id for key in there.ring.all()} | {"", PLAIN}
    if lost := sum(count for key, count in counts.items() if key not in known):
        return False, f"{lost} are sealed with keys that aren't in {there.ring.path}"
    if there.ring.path.exists() and stat.S_IMODE(there.ring.path.stat().st_mode) & 0o077:
        return False, f"{there.ring.path} can be read by others than its owner"
    waiting, old = counts.pop("", 0), keeping.old_rows(session, there)
    told = f"{sum(counts.values())} put away, {waiting} wait in the spool" + (", some to be sealed anew" if old else "")
    return waiting <= MANY, told
