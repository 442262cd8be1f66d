"""What a citizen's request needs of the house: settings, sessions, the index and the moment; nobody is signed in."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from admin_ui.public.permit_index import PermitIndex
from admin_ui.public.repeats import Repeats
from hotline import times
from hotline.database import Database
from hotline.settings import Settings
from knowledge_base.search.live import LiveIndex


@dataclass(frozen=True)
class Lobby:
    """The parts that the public application was made of."""

    settings: Settings
    database: Database
    index: LiveIndex
    permits: PermitIndex = field(default_factory=PermitIndex)
    repeats: Repeats = field(default_factory=Repeats)


def lobby() -> Lobby:
    """The parts of the application that answers this request."""
    return cast(Lobby, current_app.extensions["lobby"])


def reading() -> AbstractContextManager[Session]:
    return lobby().database.reading()


def writing() -> AbstractContextManager[Session]:
    return lobby().database.writing()


def now() -> datetime:
    return times.now()


def today() -> date:
    """The day it is in Yuxi."""
    return times.local_day(now())
