"""What is held against one another, what doesn't agree in it, and from when on."""

from dataclasses import dataclass
from datetime import timedelta

from hotline.database import Database
from hotline.settings import Settings
from recordings.archive import Archive
from recordings.findings import Done
from recordings.findings import Kind as Wrong

QUIET = timedelta(hours=1)  # what is younger may still be under way


@dataclass(frozen=True)
class Books:
    """One installation's rows and files; `whole`: every call is looked at, and every sound hashed anew."""

    settings: Settings
    database: Database
    archive: Archive
    whole: bool = False


@dataclass(frozen=True)
class Found:
    """What didn't agree, and what was done about it."""

    kind: Wrong
    thing: str
    done: Done
    call_id: str = ""
    detail: str = ""
