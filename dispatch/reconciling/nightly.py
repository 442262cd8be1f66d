"""Once a night all is reconciled and what is due destroyed, beside everything else the worker does."""

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from dispatch.reconciling.destroying import destroy_due
from dispatch.reconciling.reconciler import Reconciler
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local, local_day
from recordings.archive import archive
from recordings.findings import Reconciliation

AT_NIGHT, HOURS = 3, 3  # from three o'clock on it may begin, and no later than six
LONGEST = timedelta(hours=2)  # for the sounds
log = structlog.get_logger()


def at_night(settings: Settings, database: Database, *, at: datetime) -> threading.Thread | None:
    """Once a night, beside the sweeps: it may take hours, and call-backs are not to wait for it."""
    if not AT_NIGHT <= local(at).hour < AT_NIGHT + HOURS or _done_today(database, at):
        return None
    thread = threading.Thread(target=_work, args=(settings, database, at), name="reconciled", daemon=True)
    thread.start()
    return thread


def _done_today(database: Database, at: datetime) -> bool:
    with database.reading() as session:
        last = session.scalar(select(func.max(Reconciliation.began_at)).where(Reconciliation.by == "hotline"))
    return last is not None and local_day(last) == local_day(at)


def _work(settings: Settings, database: Database, at: datetime) -> None:
    try:
        there = archive(settings)
        done = Reconciler(settings, database, there).run(by="hotline", at=at, until=at + LONGEST)
        log.info("reconciled", **done.counts)
        if settings.recordings_destroy:
            destroy_due(settings, database, there, at=at)
    except Exception:
        log.exception("reconcile.failed")
