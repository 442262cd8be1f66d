"""A worker that stops consuming looks alive: this watches that its tasks really run, and ends it when they don't."""

import os
import signal
import threading
import time
from datetime import timedelta

import redis
import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from hotline.database import database
from hotline.parts import Part
from hotline.settings import Settings
from hotline.times import now

SILENT = timedelta(seconds=60)
EVERY = 10.0
log = structlog.get_logger()


def watch(settings: Settings, process: str) -> None:
    """Start watching this process from a thread; whoever keeps it running starts it again."""
    threading.Thread(target=_watch, args=(settings, process), name="watch", daemon=True).start()


def _watch(settings: Settings, process: str) -> None:
    reachable_since = now()
    while True:
        time.sleep(EVERY)
        if not _reachable(settings):
            reachable_since = now()
        elif now() - reachable_since > SILENT and _silent(process):
            log.error("worker.stalled", process=process)
            os.kill(os.getpid(), signal.SIGKILL)  # SIGTERM would wait for the consumer that hangs


def _silent(process: str) -> bool:
    try:
        with database().reading() as session:
            beat = session.scalar(select(Part.beat_at).where(Part.name == process))
    except SQLAlchemyError:
        return False
    return beat is None or now() - beat > SILENT


def _reachable(settings: Settings) -> bool:
    try:
        with redis.Redis.from_url(settings.redis_address, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
