"""Once a night all is reconciled and what is due destroyed, beside everything else the worker does."""

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select

from dispatch.reconciling.destroying import destroy_due
from dispatch.reconciling.reconciler import Reconciler
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local, local_day
from recordings.archive import archive
from recordings.findings import Reconciliation

AT_NIGHT, HOURS = 3, 3  # from three o'clock on it may begin, and no later than six
LONGEST = timedelta(hours=2)  # for the sounds
AGAIN = timedelta(minutes=20)  # after one that broke
BY = "hotline"
log = structlog.get_logger()


def at_night(settings: Settings, database: Database, *, looked: dict[str, datetime],
             at: datetime) -> threading.Thread | None:
    """Once a night, beside the sweeps: it may take hours, and call-backs are not to wait for it. What broke is begun
    again the same night."""
    lately = "reconciled" in looked and at - looked["reconciled"] < AGAIN
    if not AT_NIGHT <= local(at).hour < AT_NIGHT + HOURS or lately or _done_tonight(database, at):
        return None
    looked["reconciled"] = at
    thread = threading.Thread(target=_work, args=(settings, database, at), name="reconciled", daemon=True)
    thread.start()
    return thread


def _done_tonight(database: Database, at: datetime) -> bool:
    """Whether it was, or another worker is at it: one that was killed over it has left a row that never ends."""
    with database.reading() as session:
        mine = select(Reconciliation).where(Reconciliation.by == BY)
        last = session.scalar(mine.order_by(Reconciliation.id.desc()).limit(1))
    if last is None or local_day(last.began_at) != local_day(at):
        return False
    return last.ended_at is not None or at - last.began_at < LONGEST + AGAIN


def _work(settings: Settings, database: Database, at: datetime) -> None:
    try:
        there = archive(settings)
        done = Reconciler(settings, database, there).run(by=BY, at=at, until=at + LONGEST)
        log.info("reconciled", **done.counts)
        if settings.recordings_destroy:
            destroy_due(settings, database, there, at=at)
    except Exception:
        log.exception("reconcile.failed")
        with database.writing() as session:
            broken = Reconciliation.began_at == at, Reconciliation.ended_at.is_(None)
            session.execute(delete(Reconciliation).where(*broken))
