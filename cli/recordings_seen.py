"""Whether recordings and files are kept as they should be: sealed with keys that are there, and none left waiting."""

import stat
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.cabinet import UNREADABLE, cabinet
from hotline.kept.keyring import PLAIN
from hotline.settings import Settings
from recordings import keeping
from recordings.archive import archive
from recordings.findings import Reconciliation

LATE = timedelta(days=3)
MANY = 500  # more that wait in the spool are no longer those of the last minutes


def seen(session: Session, settings: Settings, *, at: datetime) -> tuple[bool, str]:
    """Whether all is well, and what was seen."""
    there = archive(settings)
    counts, files = keeping.by_key(session), cabinet(settings).by_key()
    known = {key.id for key in there.ring.all()} | {"", PLAIN, UNREADABLE}
    if lost := sum(count for each in (counts, files) for key, count in each.items() if key not in known):
        return False, f"{lost} are sealed with keys that aren't in {there.ring.path}"
    if there.ring.path.exists() and stat.S_IMODE(there.ring.path.stat().st_mode) & 0o077:
        return False, f"{there.ring.path} can be read by others than its owner"
    last = session.scalar(select(func.max(Reconciliation.ended_at)))
    if last is not None and at - last > LATE:
        return False, f"last reconciled {(at - last).days} days ago: does the worker run at night?"
    waiting, old = counts.pop("", 0), keeping.old_rows(session, there) or files.keys() - {cabinet(settings).in_force}
    told = f"{sum(counts.values())} put away, {waiting} wait in the spool" + (", some to be sealed anew" if old else "")
    return waiting <= MANY, told
