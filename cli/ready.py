"""Whether the processes just started can do their work: before that a call goes to a person, not to the machine."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event
from typing import Final

from sqlalchemy import select

from hotline.database import Database
from hotline.parts import Part
from hotline.settings import Settings

PATIENCE: Final = 60.0  # seconds
_LOOK_EVERY: Final = 0.2


def until_ready(settings: Settings, database: Database, stop: Event, *, since: datetime, tend: Callable[[], None],
                seconds: float = PATIENCE) -> list[str]:
    """Wait until all are ready, tending them meanwhile; the names of those that still are not."""
    end = time.monotonic() + seconds
    while missing := not_ready(settings, database, since=since):
        tend()
        if time.monotonic() > end or stop.wait(_LOOK_EVERY):
            break
    return missing


def not_ready(settings: Settings, database: Database, *, since: datetime) -> list[str]:
    """Who doesn't answer yet: FastAGI takes calls, pages are served, the others have said since then that they live and
    are well."""
    names = ["listener", "worker"]
    names += ["hear"] if settings.hears_here else []
    with database.reading() as session:
        there = set(session.scalars(select(Part.name).where(Part.beat_at >= since, Part.well)))
    doors = {"FastAGI": (settings.agi_host, settings.agi_port), "pages": (settings.web_host, settings.web_port),
             "public pages": (settings.public_host, settings.public_port)}  # fmt: skip
    shut = [name for name, where in doors.items() if not _opens(where)]
    return [*shut, *(name for name in names if name not in there)]


def _opens(where: tuple[str, int]) -> bool:
    with suppress(OSError), socket.create_connection(where, timeout=1):
        return True
    return False
